using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Runs that machines share by a git remote, on one server: each machine has a home and a clone of its own. Homes make machines
/// where this machine is a container.</summary>
public class SharedRunTests
{
    [SharingFact]
    public async Task Run_WhoseMachineDies_GoesOnElsewhereInItsConversationAndTheStartIsCounted()
    {
        await using var places = await SharedPlaces.CreateAsync();
        await places.Here.KillWhenAsync(places.IsShared, "run", "--yes", "--run-id", "night");
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");

        // A machine that has gone counts as such after 90 seconds; the user knows it before.
        var moved = await places.There.CallAsync("move", "night", "--yes", "--force");

        Assert.True(moved.ExitCode == 0, moved.Error);
        Assert.Contains("2 agent starts", moved.Error, StringComparison.Ordinal);
        Assert.Contains("was abandoned on another host", moved.Error, StringComparison.Ordinal);
        Assert.Equal("first half", await places.There.ReadAsync("main:half.txt"));
        Assert.Equal("whole", await places.There.ReadAsync("main:one.txt"));
        var prompts = places.There.Prompts().ToList();
        Assert.Equal(2, prompts.Count);
        Assert.StartsWith("You were interrupted.", prompts[1], StringComparison.Ordinal);
    }

    [SharingFact]
    public async Task Run_ThatIsMovedThereAndBack_GoesOnWhereItIsAndSaysSoElsewhere()
    {
        await using var places = await SharedPlaces.CreateAsync();
        await places.Here.KillWhenAsync(places.IsShared, "run", "--yes", "--run-id", "night");

        foreach (var place in (MachinePlace[])[places.There, places.Here])
        {
            var moved = await place.CallAsync("move", "night", "--yes", "--force", "--no-resume");
            Assert.True(moved.ExitCode == 0, moved.Error);
            Assert.Contains("night was moved from", moved.Error, StringComparison.Ordinal);
        }
        await using var working = await places.Here.ServeAsync("resume", "night", "--yes");
        await places.Here.UntilPromptsAsync(2);
        // The record there is older than the second move.
        var elsewhere = await places.There.CallAsync("resume", "night", "--yes");
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");
        await places.Here.UntilAsync("night", run => (string?)run["state"] == "completed");

        Assert.True(elsewhere.ExitCode == 0, elsewhere.Error);
        Assert.Contains("are executed on ", elsewhere.Error, StringComparison.Ordinal);
        Assert.Equal("whole", await places.Here.ReadAsync("main:one.txt"));
        Assert.Empty(places.There.Prompts());
    }

    /// <summary>The first machine has older files and an older conversation when the run returns.</summary>
    [SharingFact]
    public async Task Run_ThatComesBackAfterWorkElsewhere_GoesOnFromThat()
    {
        await using var places = await SharedPlaces.CreateAsync();
        var (here, there) = (places.Here, places.There);
        here.Play(
            "one",
            Run("*/1) echo x > half.txt; touch", "working"),
            Run("*/2) echo x > there.txt; touch", "working-there"),
            new JsonObject { ["waitFor"] = here.Beside("go"), ["seconds"] = 600 },
            Run("*/3) echo x > one.txt; touch", "worked-again")
        );
        await here.KillWhenAsync(places.IsShared, "run", "--yes", "--run-id", "night");
        await there.KillWhenAsync(
            () =>
                File.Exists(here.Beside("working-there"))
                && here.GitInAsync(places.Remote, "ls-tree", "-r", "--name-only", "refs/orchestrator/wip/night/one")
                    .GetAwaiter()
                    .GetResult()
                    .Contains("there.txt", StringComparison.Ordinal)
                && Directory.GetLastWriteTimeUtc(Path.Combine(places.Remote, "refs", "orchestrator", "runs"))
                    > File.GetLastWriteTimeUtc(here.Beside("working-there")).AddSeconds(3),
            "move",
            "night",
            "--yes",
            "--force"
        );
        await File.WriteAllTextAsync(here.Beside("go"), "");

        var moved = await here.CallAsync("move", "night", "--yes", "--force");

        Assert.True(moved.ExitCode == 0, moved.Error);
        Assert.Equal(
            ["half.txt", "one.txt", "there.txt"],
            (await here.GitAsync("ls-tree", "--name-only", "main"))
                .Split('\n')
                .Where(file => file is not ("" or "README.md" or "tasks.yaml"))
        );
        Assert.Equal(3, here.Prompts().Count());

        JsonObject Run(string start, string touched) =>
            new() { ["run"] = new JsonArray("/bin/sh", "-c", $"case ${{start}} in {start} '{here.Beside(touched)}';; esac") };
    }

    [SharingFact]
    public async Task Move_OfARunThatWasNotShared_NamesWhatIsMissingAndChangesNothing()
    {
        await using var places = await SharedPlaces.CreateAsync(shares: false);
        await places.Here.KillWhenAsync(() => File.Exists(places.Here.Beside("working")), "run", "--yes", "--run-id", "night");

        var moved = await places.There.CallAsync("move", "night", "--yes", "--force");
        var byRemote = await places.There.CallAsync("move", "night", "--yes", "--force", "--remote", places.Remote);
        await File.WriteAllTextAsync(places.Here.Beside("go"), "");
        var resumed = await places.Here.CallAsync("resume", "night", "--yes");

        Assert.Equal((2, 2), (moved.ExitCode, byRemote.ExitCode));
        Assert.Contains("its files are missing (.orchestrator/runs/night)", moved.Error, StringComparison.Ordinal);
        Assert.Contains("does not have the run", byRemote.Error, StringComparison.Ordinal);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
    }
}

/// <summary>Needs a container, where a home of its own makes a machine (<c>tests/allowed-skips.txt</c>).</summary>
internal sealed class SharingFactAttribute : FactAttribute
{
    public SharingFactAttribute() => Skip = SharingMachines.Refusal;
}

/// <summary><see cref="SharingFactAttribute"/> with cases.</summary>
internal sealed class SharingTheoryAttribute : TheoryAttribute
{
    public SharingTheoryAttribute() => Skip = SharingMachines.Refusal;
}

/// <summary><see cref="SharingFactAttribute"/> that also needs the right to mount a disk.</summary>
internal sealed class MountingFactAttribute : FactAttribute
{
    public MountingFactAttribute() =>
        Skip = SharingMachines.Refusal ?? (Environment.IsPrivilegedProcess ? null : "A disk of its own needs root.");
}

/// <summary><see cref="SharingTheoryAttribute"/> that also needs wrong clocks.</summary>
internal sealed class ClockTheoryAttribute : TheoryAttribute
{
    public ClockTheoryAttribute() =>
        Skip = SharingMachines.Refusal ?? (MachinePlace.FakeClock is null ? "faketime is not installed." : null);
}

/// <summary>Decides if several machines can be simulated here.</summary>
internal static class SharingMachines
{
    /// <summary>The reason why they can't, or null if they can.</summary>
    public static string? Refusal { get; } =
        HostIdentificationRecord.Read(new Dictionary<string, string>()).IsContainer
            ? null
            : "This machine has an id of its own, whatever the home.";
}
