using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class PlanFaultTests
{
    [Fact]
    public void List_ManyOfOneKind_ListsTwentyAndCountsTheRest()
    {
        PlanFault Fault(string code, int line) => new(code, FaultSeverity.Error, "tasks.yaml", line, 1, "", "Wrong.", "");

        var lines = PlanFault.List([.. Enumerable.Range(1, 25).Select(i => Fault("many", i)), Fault("other", 99)]);

        Assert.Equal(22, lines.Count);
        Assert.Equal("tasks.yaml:20:1: error many: Wrong.", lines[19]);
        Assert.Equal("tasks.yaml:99:1: error other: Wrong.", lines[20]);
        Assert.Equal("... and 5 more of the kind error many", lines[21]);
    }
}
