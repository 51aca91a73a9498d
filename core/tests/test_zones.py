from zoneinfo import available_timezones

from core import zones

OLD = ("GB", "US/Eastern", "EST5EDT", "Asia/Calcutta", "Europe/Kiev", "Etc/GMT+5", "localtime", "Factory")


def test_each_zone_is_offered_once_by_its_name_of_today():
    offered = [name for name, _shown in zones.offered()]
    assert offered == sorted(set(offered)) and set(offered) <= available_timezones()
    assert not set(OLD) & set(offered)
    assert {"UTC", "Asia/Kolkata", "Europe/Kyiv", "America/Argentina/Buenos_Aires"} <= set(offered)
    assert ("America/New_York", "America/New York") in zones.offered()


def test_a_zone_that_is_set_by_an_older_name_stays_to_be_chosen():
    assert ("US/Eastern", "US/Eastern") in zones.offered("US/Eastern")
