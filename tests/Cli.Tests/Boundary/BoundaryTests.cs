using Orchestrator.Agents.Tests;
using Orchestrator.Cli.Tests.Documentation;
using Xunit;

namespace Orchestrator.Cli.Tests.Boundary;

/// <summary>The boundary, cell by cell: code that an agent wrote, wherever it runs, against all that decides and all that it must not
/// read or reach. Each attacker runs the same deeds and prints which were possible.</summary>
public sealed class BoundaryTests(BoundaryRun run) : IClassFixture<BoundaryRun>
{
    public static TheoryData<string, string> Cells
    {
        get
        {
            TheoryData<string, string> cells = [];
            foreach (var (target, _) in BoundaryTable.Targets)
            {
                foreach (var (attacker, _) in BoundaryTable.Attackers)
                {
                    cells.Add(attacker, target);
                }
            }
            return cells;
        }
    }

    public static TheoryData<string> Attackers { get; } = new(BoundaryTable.Attackers.Select(attacker => attacker.Name));

    [BubblewrapTheory]
    [MemberData(nameof(Cells))]
    public void Attack_OnATarget_IsRefused(string attacker, string target)
    {
        foreach (var deed in BoundaryTable.Targets.Single(row => row.Target == target).Deeds)
        {
            var said = run.Said(attacker, deed);
            Assert.True(said.Count > 0, $"{attacker} did not try {deed.Name}.");
            if (deed.Judge == Judge.ExitCode)
            {
                Assert.True(said.All(outcome => outcome == "refused"), $"{attacker} could do {deed.Name}.");
            }
            Assert.DoesNotContain(run.Calls, call => call.Contains($"{attacker}-{deed.Name}", StringComparison.Ordinal));
        }
    }

    [BubblewrapTheory]
    [MemberData(nameof(Attackers))]
    public void Attack_ThatIsNone_IsPossible(string attacker) =>
        Assert.All(BoundaryTable.Allowed, deed => Assert.Equal(["done"], run.Said(attacker, deed)));

    /// <summary>All that attackers may change is theirs alone.</summary>
    [BubblewrapFact]
    public void Run_AfterAllAttacks_IsAsIfNobodyHadAttacked()
    {
        Assert.Empty(run.Changed);
        Assert.Empty(run.Calls);
    }

    /// <summary>The deeds fail in the sandbox because of it, and not by a fault of their own.</summary>
    [BubblewrapFact]
    public async Task Deed_WithoutASandbox_IsPossible()
    {
        var (done, calls) = await run.RunOutsideAsync();

        string[] listened = ["tcp", "udp", "proxied", "socket-file", "abstract"];
        Assert.Empty(BoundaryTable.Harmless.Except(listened).Select(name => $"outside/{name}: done").Except(done));
        Assert.All(listened, name => Assert.Contains(calls, call => call.Contains($"outside-{name}", StringComparison.Ordinal)));
    }

    [Fact]
    public void Page_OfThreats_HasTheMatrix() => GeneratedPart.Check("docs/explanation/threats.md", BoundaryTable.Page());

    [Fact]
    public void Matrix_NamedTests_Exist() =>
        Assert.Empty(
            BoundaryTable
                .OtherTargets.Select(row => row.Tests)
                .Concat(BoundaryTable.OtherAttackers.Select(row => row.Test).Where(name => name.Length > 0))
                .Except(TestNames.All)
        );
}
