using System.Globalization;

namespace Orchestrator.NightBench.Plots;

/// <summary>Renders results as a Markdown table: a row for each adapter, with sums and medians over its nights. Pure.</summary>
public static class ResultTable
{
    private static readonly (string Name, Func<IReadOnlyList<NightResult>, string> Of)[] Columns =
    [
        ("nights", nights => Text(nights.Count)),
        ("landed of landable", nights => $"{nights.Sum(n => n.Figures.Landed)} of {nights.Sum(n => n.Figures.Landable)}"),
        ("red commits", nights => Text(nights.Sum(n => n.Figures.RedCommits))),
        ("hunks lost", nights => Text(nights.Sum(n => n.Figures.LostHunks.Count))),
        ("starts per landed task", nights => Text(Median(nights, n => n.Figures.StartsPerLanded))),
        ("finished work repeated", nights => Text(nights.Sum(n => n.Figures.RepeatedStarts.Count))),
        ("starts while blocked", nights => Text(nights.Sum(n => n.Figures.BlockedStarts))),
        (
            "USD of budget",
            nights =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nights.Sum(n => n.Figures.Money):0.00} of {nights.Sum(n => n.Figures.Budget):0}"
                )
        ),
        ("minutes of a person", nights => Text(nights.Sum(n => n.Figures.PersonMinutes))),
        ("wall clock ÷ floor", nights => Text(Median(nights, n => n.Figures.Ratio))),
        ("gate runs per landed task", nights => Text(Median(nights, n => n.Figures.GateRunsPerLanded))),
        ("peak MB", nights => Text(nights.Max(n => n.Figures.PeakMegabytes))),
        ("bytes out", nights => Text(nights.Sum(n => n.Figures.BytesOut))),
        ("contradicted", nights => Text(nights.Sum(n => n.Figures.Contradicted.Count))),
    ];

    /// <summary>Renders the table.</summary>
    public static string Render(IReadOnlyList<NightResult> results) =>
        $"| adapter | {string.Join(" | ", Columns.Select(column => column.Name))} |\n"
        + $"|---|{string.Concat(Columns.Select(_ => "---|"))}\n"
        + string.Concat(
            results
                .GroupBy(result => result.Adapter)
                .Select(adapter => $"| {adapter.Key} | {string.Join(" | ", Columns.Select(column => column.Of([.. adapter])))} |\n")
        );

    private static double? Median(IReadOnlyList<NightResult> nights, Func<NightResult, double?> of)
    {
        var values = nights.Select(of).Where(value => value is not null).Order().ToList();
        return values.Count == 0 ? null : values[values.Count / 2];
    }

    private static string Text(double? figure) => figure?.ToString("0.##", CultureInfo.InvariantCulture) ?? "-";
}
