using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.App;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Orchestrator.Runs;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Pushes of shared runs by the machine that has them.</summary>
public sealed class SharedRunPusherTests
{
    [Fact]
    public async Task Run_LeavesAndComesBackToTheSameProcess_IsPushedAgain()
    {
        using var cli = RunCommandTests.Repository("""echo '{"status": "failed", "reason": "hard"}' > .task-status.json""");
        cli.Git("init", "-q", "--bare", Path.Combine(cli.Home, "shared.git"));
        File.AppendAllText(
            Path.Combine(cli.Folder, ".orchestrator/config.yaml"),
            $"wip: {{remote: '{cli.Home}/shared.git', interval: 10s}}\nretries: {{agent: 0}}\n"
        );
        cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [{command: \"true\"}]}\n");
        var run = await cli.RunAsync("run", "--yes", "--run-id", "night");
        using var interrupts = new InterruptHandler();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var context = new CliCommandServiceBundle(new RecordingTerminal(), cli.Environment, cli.Folder, time, interrupts)
        {
            CallAsync = (_, _) => Task.FromResult(UseCaseOutcome.Done),
        };
        var location = LocalRepositoryPaths.Find(cli.Folder)!;
        var record = StoredRunFinder.Find(location, "night");
        Assert.True(record is not null && !RunStateNames.IsFinal(record.Status.State), run.People);
        var here = new RepositoryReference(location.Root, location.Key, record.Status.Queue);
        var (queue, asked) = (here.Queue, 0);
        using var sharing = new SharedRunPusher(
            (_, _) =>
            {
                asked++;
                return Task.FromResult(queue);
            },
            [(location, here)],
            context,
            NullLogger.Instance
        );
        await sharing.StartAsync(default);
        await TickUntilAsync(() => asked > 0);
        queue = "of another machine";
        await TickUntilAsync(() => !sharing.IsShared(record, here));
        var fencedAt = asked;

        // What brings a run rewrites its files.
        queue = here.Queue;
        File.WriteAllBytes(StoredRun.StatusFile(record.Folder), File.ReadAllBytes(StoredRun.StatusFile(record.Folder)));
        cli.Shell("git --git-dir \"" + cli.Home + "/shared.git\" update-ref -d refs/orchestrator/runs/night");
        await TickUntilAsync(() => asked > fencedAt);
        await TickUntilAsync(() => Pushed(cli));
        await sharing.StopAsync(default);

        async Task TickUntilAsync(Func<bool> isTrue) =>
            await Wait.UntilAsync(() =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return isTrue();
            });
    }

    private static bool Pushed(CliFixture cli) =>
        cli.Git("--git-dir", Path.Combine(cli.Home, "shared.git"), "for-each-ref", "refs/orchestrator/runs/night").Length > 0;
}
