using System.Globalization;

namespace Orchestrator.Processes.Tests;

public sealed class LeftoverProcessStopperTests
{
    /// <summary>A process that was here before the boot.</summary>
    private static readonly ProcessIdentity Dead = new(1, 1, Guid.NewGuid().ToString());

    [Fact]
    public async Task StopThoseOfTheDead_OwnerIsGone_ItsChildAndWhatThatStartedAreEnded()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var running = RunAsync(folder["pid"], $"{Dead} {Guid.NewGuid():N}", stop.Token);
        var child = await ChildAsync(folder["pid"]);

        await LeftoverProcessStopper.StopThoseOfTheDeadAsync();

        Assert.False(child.IsAlive());
        await running;
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a mark that names no owner")]
    public async Task StopThoseOfTheDead_OwnerLivesOrIsNotKnown_ChildIsLeftAlone(string? mark)
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var running = RunAsync(folder["pid"], mark, stop.Token);
        var child = await ChildAsync(folder["pid"]);

        await LeftoverProcessStopper.StopThoseOfTheDeadAsync();

        Assert.True(child.IsAlive());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Mark_OfACommandThatStopsLeftovers_NamesThisProcess()
    {
        var result = await new ProcessRunner().RunAsync(Shell.Script("echo $ORCHESTRATOR_CHILD") with { StopLeftovers = true });

        Assert.StartsWith(ProcessIdentity.Current.ToString(), result.StandardOutput.Text, StringComparison.Ordinal);
    }

    private static Task<ProcessResult> RunAsync(string pidFile, string? mark, CancellationToken stop) =>
        new ProcessRunner().RunAsync(
            Shell.Script("(trap '' TERM; echo $(exec sh -c 'echo $PPID') > $1; while :; do sleep 0.1; done)", pidFile) with
            {
                OwnSession = true,
                StopLeftovers = true,
                Mark = mark,
                Timeout = null,
            },
            stop
        );

    private static async Task<ProcessIdentity> ChildAsync(string pidFile) =>
        ProcessIdentity.Of(int.Parse(await Shell.ReadWhenWrittenAsync(pidFile), CultureInfo.InvariantCulture))!;
}
