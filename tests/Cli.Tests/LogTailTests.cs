using Orchestrator.Cli.Panels;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The end of a log that is followed in the background.</summary>
public sealed class LogTailTests
{
    [Fact]
    public async Task Follow_TaskWithoutAnAgentBetweenTwoWithOne_GoesOnWithTheNext()
    {
        using var folder = new TempFolder();
        await using var tail = new LogTail(TimeProvider.System);

        await tail.FollowAsync(Start(folder, "1"));
        await tail.FollowAsync(null);
        Assert.Empty(tail.Lines);
        await tail.FollowAsync(null);
        await tail.FollowAsync(Start(folder, "2"));
        await tail.FollowAsync(null);
    }

    [Fact]
    public async Task Dispose_OfOneThatFollowedNothing_IsQuiet()
    {
        var tail = new LogTail(TimeProvider.System);
        await tail.FollowAsync(null);

        await tail.DisposeAsync();
    }

    private static string Start(TempFolder folder, string name) => Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
}
