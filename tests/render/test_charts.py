"""Charts: what they say in words, where they put things, and what they never contain."""

import re
from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalgen.render import charts
from portalgen.views import FigureView, KpiView, MilestoneView, RiskPoint, Timeline
from tests.render import samples
from tests.render.test_portal import files

EVIL = "<script>\"&'"


def line() -> Timeline:
    return samples.rich().timeline


def drawings(evil: str = "x") -> dict[str, str]:
    stone = MilestoneView(
        id="a", title=evil, baseline=samples.day(1), agreed=samples.day(3), forecast=samples.day(9), slip=6
    )
    figures = tuple(FigureView(value=Decimal(v), date=samples.day(v)) for v in (1, 5, 3))
    kpi = KpiView(id="k", name=evil, unit=evil, readings=figures, target=FigureView(value=Decimal(9)))
    risk = RiskPoint(title=evil, probability=2, impact=5, open=True)
    return {
        "timeline": str(charts.timeline(Timeline(milestones=(stone,), today=samples.TODAY), "es")),
        "trend": str(charts.trend(kpi, "es", "k")),
        "progress": str(charts.progress(2, 5, "es")),
        "matrix": str(charts.matrix([risk], "es")),
    }


@pytest.mark.parametrize("kind", drawings())
def test_a_drawing_is_whole_styles_nothing_inline_and_keeps_markup_as_text(kind: str) -> None:
    svg = drawings(EVIL)[kind]
    tree = ElementTree.fromstring(svg)
    assert tree.tag == "svg"
    for element in tree.iter():
        assert not {n for n in element.attrib if n.startswith("on") or n == "style"}
        assert element.tag != "script"


@pytest.mark.parametrize("kind", drawings())
def test_a_drawing_is_named_for_those_who_cannot_see_it(kind: str) -> None:
    svg = drawings()[kind]
    wanted = re.search(r'role="img" aria-labelledby="([^"]+)"', svg)
    assert wanted is not None
    for one in wanted[1].split():
        assert re.search(rf'id="{one}">[^<]+<', svg), one


def test_the_timeline_says_what_is_done_and_late() -> None:
    svg = charts.timeline(line(), "en")
    assert "Timeline of 3 milestones" in svg  # the fourth has no date
    assert "1 done, 2 to come, 1 late." in svg
    assert "4 days late" in svg
    assert "2 days early" in svg
    assert "Final report" not in svg


SLIPS = [
    (None, ""),
    (0, "on time"),
    (1, "1 day late"),
    (4, "4 days late"),
    (-1, "1 day early"),
    (-2, "2 days early"),
]


@pytest.mark.parametrize(("slip", "words"), SLIPS)
def test_a_slip_in_words(slip: int | None, words: str) -> None:
    assert charts.slip_words(slip, "en") == words


def test_a_day_that_has_passed_is_not_called_on_time_or_early() -> None:
    stones = tuple(
        MilestoneView(id=f"m{slip}", title=f"M{slip}", forecast=samples.day(-1), slip=slip, passed=True)
        for slip in (0, -2, 3, None)
    )
    svg = charts.timeline(Timeline(milestones=stones, today=samples.TODAY), "en")
    assert re.findall(r'class="slip-(\w+)"[^>]*>([^<]+)', svg) == [
        *[("late", "its day has passed")] * 2, ("late", "3 days late"), ("late", "its day has passed")
    ]  # fmt: skip
    assert "0 done, 4 to come, 4 late." in svg


def test_promised_agreed_forecast_and_done_have_each_their_shape() -> None:
    svg = charts.timeline(line(), "en")
    assert {sign: svg.count(f'"#{sign}"') for sign in ("pro", "agr", "fc", "done")} == {
        "pro": 3,
        "agr": 3,
        "fc": 1,
        "done": 1,
    }


def test_a_long_title_is_set_in_lines_and_the_slip_stands_behind_or_below() -> None:
    def words(title: str) -> list[str]:
        stone = MilestoneView(id="a", title=title, agreed=samples.day(1), done=samples.day(5), slip=4)
        svg = charts.timeline(Timeline(milestones=(stone,), today=samples.TODAY), "en")
        return [re.sub("<[^>]+>", "|", t) for t in re.findall(r'<text class="name"[^>]*>(.*?)</text>', svg)]

    assert words("Films") == ["Films|4 days late|"]
    assert words("Strategy and message are agreed") == ["Strategy and message are agreed", "|4 days late|"]
    assert words("x" * 80) == ["x" * 36, "x" * 36, "x" * 8 + "|4 days late|"]


def test_many_milestones_go_on_in_another_drawing_that_says_which_they_are() -> None:
    stones = tuple(
        MilestoneView(id=f"m{n}", title=f"Step {n}", baseline=samples.day(n), agreed=samples.day(n))
        for n in range(30)
    )
    svg = charts.timeline(Timeline(milestones=stones, today=samples.TODAY), "en")
    titles = re.findall(r"<title[^>]*>([^<]+)", svg)
    assert titles == [
        "Timeline: milestones 1 to 11 of 30",
        "Timeline: milestones 12 to 22 of 30",
        "Timeline: milestones 23 to 30 of 30",
    ]
    assert len(set(re.findall(r'id="([^"]+)"', svg))) == 6
    assert len(re.findall('class="today-t"', svg)) == 3


def test_each_year_is_named_once_above_the_months() -> None:
    stone = MilestoneView(id="a", title="A", baseline=date(2026, 9, 1), agreed=date(2027, 4, 30))
    svg = charts.timeline(Timeline(milestones=(stone,), today=samples.TODAY), "en")
    assert re.findall(r'<text x="[\d.]+%" y="14"[^>]*>([^<]+)', svg) == ["Sep 2026", "Nov", "Jan 2027", "Mar"]


def test_today_is_drawn_only_where_it_falls_into_the_time_shown() -> None:
    assert 'class="today"' in charts.timeline(line(), "en")
    past = line().model_copy(update={"today": date(2031, 1, 1)})
    assert 'class="today"' not in charts.timeline(past, "en")


def test_there_is_no_drawing_of_nothing() -> None:
    assert charts.timeline(Timeline(today=samples.TODAY), "en") == ""
    assert (
        charts.timeline(Timeline(milestones=(MilestoneView(id="a", title="A"),), today=samples.TODAY), "en")
        == ""
    )
    assert charts.trend(samples.kpis()[1], "en", "k") == ""
    assert charts.matrix([RiskPoint(title="a", probability=1, impact=1, open=False)], "en") == ""


days = st.dates(min_value=date(1000, 1, 1), max_value=date(9999, 12, 31))


@given(st.lists(st.tuples(days, days, days), min_size=1, max_size=5), days)
@settings(max_examples=100, deadline=None, database=None)
def test_everything_stays_within_the_drawing_and_months_stay_few(
    dates: list[tuple[date, date, date]], today: date
) -> None:
    stones = tuple(
        MilestoneView(id=f"m{n}", title="x", baseline=a, agreed=b, forecast=c, slip=(c - b).days)
        for n, (a, b, c) in enumerate(dates)
    )
    svg = charts.timeline(Timeline(milestones=stones, today=today), "en")
    assert all(0 <= float(x) <= 100 for x in re.findall(r'\bx\d?="([\d.-]+)%"', svg))
    assert svg.count('class="grid"') <= 14


@pytest.mark.parametrize("edge", [date.min, date.max])
def test_the_calendars_last_day_and_its_first_can_be_drawn(edge: date) -> None:
    stone = MilestoneView(id="a", title="A", agreed=edge)
    assert 'class="today"' in charts.timeline(Timeline(milestones=(stone,), today=edge), "en")


def test_two_milestones_of_one_day_need_no_width() -> None:
    stone = MilestoneView(id="a", title="A", agreed=samples.TODAY)
    assert "<svg" in charts.timeline(Timeline(milestones=(stone, stone), today=samples.TODAY), "en")


def points(svg: str) -> list[tuple[float, float]]:
    found = re.search(r'points="([^"]+)"', svg)
    assert found is not None
    return [(float(x), float(y)) for x, y in (p.split(",") for p in found[1].split())]


def test_a_trend_goes_up_where_its_numbers_do() -> None:
    figures = tuple(FigureView(value=Decimal(v), date=samples.day(n)) for n, v in enumerate((1, 5, 3)))
    shown = points(str(charts.trend(KpiView(id="k", name="x", readings=figures), "en", "k")))
    assert [x for x, _ in shown] == sorted(x for x, _ in shown)
    assert shown[1][1] < shown[2][1] < shown[0][1]  # the ground of a drawing is its largest y


def test_a_trend_begins_at_the_baseline_and_names_its_target() -> None:
    svg = str(charts.trend(samples.kpis()[0], "en", "k"))
    assert len(points(svg)) == 3
    assert "Cost per lead: from 11.80\N{NO-BREAK SPACE}€ to 9.9\N{NO-BREAK SPACE}€" in svg
    assert "The dotted line is the target, 8.50\N{NO-BREAK SPACE}€." in svg
    assert 'class="aim"' in svg


def test_a_trend_without_a_target_draws_and_says_none() -> None:
    svg = str(charts.trend(samples.kpis()[0].model_copy(update={"target": None}), "en", "k"))
    assert 'class="aim"' not in svg
    assert "target" not in svg


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**15), max_value=10**15),
        min_size=2,
        max_size=8,
    )
)
@settings(max_examples=100, deadline=None, database=None)
def test_a_trend_stays_within_its_box(values: list[Decimal]) -> None:
    figures = tuple(FigureView(value=v, date=samples.TODAY + timedelta(days=n)) for n, v in enumerate(values))
    svg = str(charts.trend(KpiView(id="k", name="x", readings=figures), "en", "k"))
    assert all(0 <= x <= 100 and 0 <= y <= 100 for x, y in points(svg))


STRIPS = [
    (0, 0, 0, 0), (0, 3, 3, 0), (2, 5, 5, 2), (50, 100, 12, 6), (0, 100, 12, 0), (1, 100, 12, 1),
    (23, 24, 12, 11), (99, 100, 12, 11), (100, 100, 12, 12), (13, 25, 12, 6),
]  # fmt: skip


@pytest.mark.parametrize(("done", "total", "squares", "full"), STRIPS)
def test_the_strip_has_a_square_for_each_up_to_twelve(done: int, total: int, squares: int, full: int) -> None:
    svg = charts.progress(done, total, "en")
    assert svg.count("<path") == squares
    assert svg.count("<path") - svg.count('fill="none"') == full


def test_the_matrix_puts_the_worst_risk_at_the_upper_right_and_leaves_closed_ones_out() -> None:
    risks = [RiskPoint(title="a", probability=1, impact=1, open=True), RiskPoint(title="b", probability=5, impact=5, open=True),
             RiskPoint(title="c", probability=3, impact=3, open=False)]  # fmt: skip
    places = re.findall(r'cx="(\d+)" cy="(\d+)"', charts.matrix(risks, "en"))
    (x1, y1), (x2, y2) = [(int(x), int(y)) for x, y in places]
    assert x2 > x1
    assert y2 < y1
    assert "2 open risks" in charts.matrix(risks, "en")


CELLS = [(1, ["1"]), (4, ["1", "2", "3", "4"]), (5, ["1", "2", "3", "+2"]), (6, ["1", "2", "3", "+3"])]


@pytest.mark.parametrize(("count", "signs"), CELLS)
def test_a_cell_of_the_matrix_holds_four_signs_and_says_how_many_more_there_are(
    count: int, signs: list[str]
) -> None:
    svg = charts.matrix([RiskPoint(title="a", probability=3, impact=2, open=True)] * count, "en")
    assert re.findall(r'class="dot-t"[^>]*>([^<]+)', svg) == signs
    (left, top) = (24 + 42, 2 * 42)
    for x, y in re.findall(r'cx="(\d+)" cy="(\d+)" r="8"', svg):
        assert left <= int(x) - 8 < int(x) + 8 <= left + 40
        assert top <= int(y) - 8 < int(y) + 8 <= top + 40


def test_the_tables_beside_the_drawings_hold_the_same_figures() -> None:
    pages = files(samples.rich())
    table = pages["timeline/index.html"].partition("<table")[2]
    for stone in samples.milestones():
        for day in (stone.baseline, stone.agreed, stone.forecast, stone.done):
            assert day is None or f'datetime="{day}"' in table
    results = pages["results/index.html"]
    assert "<table" in results
    for reading in samples.kpis()[0].readings:
        assert f'<td class="num">{reading.value}\N{NO-BREAK SPACE}€</td>' in results
