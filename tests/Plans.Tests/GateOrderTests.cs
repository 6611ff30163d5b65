using System.Text.Json;
using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class GateOrderTests
{
    [Fact]
    public void Sort_GatesWithNeeds_ComeAfterThoseThatTheyNeed()
    {
        var sorted = GateOrder.Sort([Gate("a", "c"), Gate("b"), Gate("c", "d"), Gate("d"), Gate("e", "gone")]);

        Assert.Equal(["d", "c", "a", "b", "e"], sorted.Select(gate => gate.Command));
    }

    [Fact]
    public void Sort_Circle_KeepsAllGates()
    {
        IReadOnlyList<Gate> gates = [Gate("a", "b"), Gate("b", "a")];

        Assert.Equal(2, GateOrder.Sort(gates).Count);
        Assert.Equal("a", GateOrder.FindCycle(gates)!.Command);
        Assert.Null(GateOrder.FindCycle([Gate("a", "b"), Gate("b")]));
    }

    [Fact]
    public void NeededBy_Gate_HasThoseOfItsNeedsToo()
    {
        IReadOnlyList<Gate> gates = [Gate("npm run build", "c"), Gate("npm test", "npm run  build"), Gate("c"), Gate("d")];

        Assert.Equal(["npm run build", "c"], GateOrder.NeededBy(gates[1], gates).Select(gate => gate.Command));
        Assert.Empty(GateOrder.NeededBy(gates[3], gates));
    }

    /// <summary>A task that names the project's test alone gets the build with it.</summary>
    [Fact]
    public void Gates_OfOneCommandTwice_NeedWhatEitherNeeds()
    {
        var gates = new ProjectGates { Configured = [Gate("npm test", "make x") with { Clean = true }, Gate("make x")] };
        var task = new PlanTask
        {
            Id = "a",
            Description = "a",
            Verification = [Gate("npm run test", "make y"), Gate("make y")],
        };

        var explained = gates.Explain(new Plan { Tasks = [task] }, task);

        Assert.Equal(["make y", "make x", "npm run test"], explained.Select(held => held.Gate.Command));
        Assert.Equal(["make y", "make x"], explained[^1].Gate.Needs!);
        Assert.True(explained[^1].Gate.Clean);
    }

    [Fact]
    public void Needs_OfTwoGates_AreEqualByContentAndSurviveJson()
    {
        var gate = Gate("a", "b", "c", "b");

        Assert.Equal(gate, Gate("a", "b", "c"));
        Assert.Equal(gate.GetHashCode(), Gate("a", "b", "c").GetHashCode());
        Assert.NotEqual(gate, Gate("a", "c", "b"));
        Assert.Equal(gate, JsonSerializer.Deserialize<Gate>(JsonSerializer.Serialize(gate)));
        Assert.Null(Gate("a").Needs);
        Assert.DoesNotContain("needs", JsonSerializer.Serialize(Gate("a")), StringComparison.Ordinal);
    }

    private static Gate Gate(string command, params string[] needs) => new(command) { Needs = DistinctTextList.Of(needs) };
}
