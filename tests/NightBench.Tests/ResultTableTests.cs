using System.Xml.Linq;
using Orchestrator.NightBench.Figures;
using Orchestrator.NightBench.Plots;

namespace Orchestrator.NightBench.Tests;

/// <summary>Results as a table and as plots.</summary>
public sealed class ResultTableTests
{
    private static readonly NightResult[] Results =
    [
        Night("orchestrate", landed: 60, wall: 200),
        Night("orchestrate", landed: 60, wall: 120),
        Night("plain-loop", landed: 41, wall: 300),
    ];

    [Fact]
    public void Table_TwoAdapters_HasARowForEach()
    {
        var lines = ResultTable.Render(Results).Split('\n');

        Assert.StartsWith(
            "| orchestrate | 2 | 120 of 120 | 0 | 1 | 1.25 | 2 | 0 | 6.00 of 20 | 0 | 2 | ",
            lines[2],
            StringComparison.Ordinal
        );
        Assert.StartsWith("| plain-loop | 1 | 41 of 60 | ", lines[3], StringComparison.Ordinal);
        Assert.Equal(lines[0].Count(letter => letter == '|'), lines[2].Count(letter => letter == '|'));
    }

    [Fact]
    public void Plots_OfAllNights_AreXmlWithADotForEach()
    {
        foreach (var plot in (DotPlot[])[DotPlot.WallClock, DotPlot.Landed])
        {
            var svg = XDocument.Parse(plot.Render(Results));

            Assert.Equal(3, svg.Descendants().Count(element => element.Name.LocalName == "circle"));
        }
    }

    [Fact]
    public void Result_WrittenAndRead_IsTheSame() => Assert.Equal(Results[0].ToJson(), NightResult.Parse(Results[0].ToJson()).ToJson());

    private static NightResult Night(string adapter, int landed, double wall) =>
        new(
            1,
            new DateOnly(2026, 11, 27),
            adapter,
            "0.1.0",
            Seed: 7,
            Tasks: 60,
            "node",
            "2 cores",
            new MachineLoad(1.5, 2),
            [new("usage limit"), new("full disk", "no small disk")],
            new NightFigures
            {
                Landable = 60,
                Landed = landed,
                RedCommits = 0,
                LostHunks = adapter == "orchestrate" && wall > 150 ? ["t01:line"] : [],
                Starts = 75,
                RepeatedStarts = ["t03"],
                BlockedStarts = 0,
                Money = 3,
                Budget = 10,
                PersonMinutes = 0,
                WallSeconds = wall,
                FloorSeconds = 100,
                GateRuns = 120,
                PeakMegabytes = 150,
                BytesOut = 0,
                Contradicted = [],
            }
        );
}
