using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// All agents of a run share the prefix that a provider's cache compares. Tools and system prompt are byte-equal in ten worktrees, the
/// first agent of a wave gets a warm-up, and the report counts the tokens from the cache.
/// </summary>
public sealed class PromptPrefixTests
{
    private const int Tasks = 10;

    [Fact]
    public async Task Run_TenWorktrees_SendTheSamePrefixAndPayForItOnce()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(@"MARK-(\d+)-END", ApiTurn.Writes("f${1}.txt", "x\n"), ApiTurn.Says("Done."))
        );
        api.CachesPrefixes = true;
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n    head_start: 5\nworkers: 4\n"
        );
        var tasks = string.Join(
            '\n',
            Enumerable
                .Range(0, Tasks)
                .Select(i =>
                    $"  - {{id: t{i}, description: Number {i}, prompt: 'MARK-{i}-END: write it', files_write: [f{i}.txt], "
                    + $"verification: [test -s f{i}.txt]}}"
                )
        );
        await repository.CommitAsync("start", ("tasks.yaml", $"tasks:\n{tasks}\n"), ("CLAUDE.md", "Write plainly.\n"));
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true));

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        var report = (await orchestrate.RunAsync("report", "--html", "-")).StandardOutput.Text;

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text);
        var starts = api.Requests.Where(request => request is { Rule: not null, Turn: 0 }).ToList();
        Assert.Equal(Tasks, starts.Select(request => request.Session).Distinct().Count());
        Assert.Single(api.Requests.Where(request => request.Rule is not null).Select(request => request.Prefix).Distinct());
        Assert.Contains("Write plainly.", starts[0].Prefix, StringComparison.Ordinal);
        Assert.DoesNotContain("MARK-", starts[0].Prefix, StringComparison.Ordinal);

        // The first of them was alone for some seconds, and has written the cache that all others read.
        var times = starts.GroupBy(request => request.Session).Select(session => session.Min(request => request.At)).Order().ToList();
        Assert.True(times[1] - times[0] > TimeSpan.FromSeconds(2), $"{times[1] - times[0]}");
        Assert.Matches(@"Of [\d,]+ tokens that models read, [\d,]+ \(8\d %\) came from the provider's cache\.", report);
    }
}
