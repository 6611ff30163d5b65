using System.Text.Json.Nodes;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Machines with an earlier state of the program and with this one, on one server and one shared remote
/// (<c>scripts/two-releases</c>). Workflows and tasks change hands between them.</summary>
public class TwoReleasesTests
{
    private const int Tasks = 4;

    [TwoReleasesTheory]
    [Trait("Category", "Full")]
    [InlineData("home")]
    [InlineData("host")]
    [InlineData("all but one host")]
    public async Task Run_OnMachinesOfTwoReleases_EndsWithTheSameFilesAndEachMergeOnce(string before)
    {
        await using var hosts = await SpreadHosts.CreateAsync(Tasks, others: 2);
        var (home, one, other) = (hosts.Home, hosts.Others[0], hosts.Others[1]);
        foreach (
            var place in before switch
            {
                "home" => [home],
                "host" => [one],
                _ => (MachinePlace[])[home, one],
            }
        )
        {
            place.Install(TwoReleasesTheoryAttribute.Program!);
        }
        home.Play(
            Enumerable
                .Range(1, Tasks)
                .ToDictionary(
                    n => $"t{n}",
                    JsonNode[] (n) =>
                        [
                            new JsonObject { ["write"] = $"half{n}.txt", ["text"] = "half\n" },
                            new JsonObject { ["touch"] = home.Beside($"at-work-{n}") },
                            new JsonObject { ["waitFor"] = home.Beside("go"), ["seconds"] = 300 },
                            new JsonObject { ["write"] = $"t{n}.txt", ["text"] = $"work of t{n}\n" },
                        ]
                )
        );
        await using var first = await one.ServeAsync("worker", "--yes", "--slots", "2");
        await using var second = await other.ServeAsync("worker", "--yes", "--slots", "2");
        await using var run = await home.ServeAsync("run", "--yes", "--run-id", "night");
        await home.UntilAsync(
            () => Enumerable.Range(1, Tasks).All(n => File.Exists(home.Beside($"at-work-{n}"))),
            "not all tasks are at work"
        );

        // What each process has of workflows goes to the others.
        await run.SignalAsync("KILL");
        await using var again = await home.ServeAsync("worker", "--yes");
        await first.SignalAsync("KILL");
        await File.WriteAllTextAsync(home.Beside("go"), "");
        await using var back = await one.ServeAsync("worker", "--yes", "--slots", "2");
        await hosts.UntilCompletedAsync();

        for (var n = 1; n <= Tasks; n++)
        {
            Assert.Equal($"work of t{n}", await home.ReadAsync($"main:t{n}.txt"));
            Assert.Single((await home.GitAsync("log", "--format=%h", "main", "--", $"t{n}.txt")).Trim().Split('\n'));
        }
    }
}

/// <summary>
/// <see cref="SharingTheoryAttribute"/> that also needs an earlier release, whose path is in <c>ORCHESTRATE_RELEASE_BEFORE</c>.
/// </summary>
internal sealed class TwoReleasesTheoryAttribute : TheoryAttribute
{
    public TwoReleasesTheoryAttribute() =>
        Skip = SharingMachines.Refusal ?? (Program is null ? "No earlier state of the program is given: scripts/two-releases." : null);

    /// <summary>Null: none is given.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("ORCHESTRATE_RELEASE_BEFORE");
}
