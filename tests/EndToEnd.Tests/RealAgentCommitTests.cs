using System.Text.Json.Nodes;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The real Claude CLI, three at once, each with several commits by its Bash tool: three starts, and all of it lands.</summary>
public sealed class RealAgentCommitTests
{
    private static readonly string[] Tasks = ["one", "two", "three"];

    [Fact]
    public async Task Run_ThreeAgentsThatEditAddAndCommitSideBySide_ThreeStartsAndAllLands()
    {
        TaskCompletionSource allAtWork = new(),
            twoAreDone = new();
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync([
            .. Tasks.Select(task => Rule(task, allAtWork.Task, task == "three" ? twoAreDone.Task : null)),
        ]);
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        var claude = await ClaudeProgram.PathAsync();
        repository.Write(".orchestrator/config.yaml", $"agents:\n  claude:\n    command: [\"{claude}\"]\n    provider: api\nworkers: 3\n");
        await repository.CommitAsync(
            "start",
            (
                "tasks.yaml",
                "tasks:\n"
                    + string.Concat(
                        Tasks.Select(task =>
                            $"  - {{id: {task}, description: Do {task}, prompt: \"MARK-{task}: write and commit.\", files_write: "
                            + $"['{task}/**'], "
                            + $"verification: [{{command: grep -q good {task}/a.txt && test -s {task}/b.txt}}]}}\n"
                        )
                    )
            )
        );
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url));

        var running = orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        await Eventually.TrueAsync(() => running.IsCompleted || Tasks.All(task => Requests(task).Any(request => request.Turn == 2)));
        allAtWork.SetResult();

        // The third works on until the others are merged.
        await Eventually.TrueAsync(() => running.IsCompleted || Tasks[..2].All(task => IsMerged(repository, task)));
        twoAreDone.SetResult();
        var run = await running;
        var status = JsonNode.Parse((await orchestrate.RunAsync("status", "--json")).StandardOutput.Text)!;

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text + status);
        Assert.All(
            status["tasks"]!.AsArray(),
            task => Assert.Equal(("merged", 1, 1), ((string?)task!["state"], (int)task["attempt"]!, (int)task["starts"]!))
        );
        foreach (var task in Tasks)
        {
            Assert.Equal("good", await repository.GitAsync("show", $"main:{task}/a.txt"));
            Assert.Equal(task, await repository.GitAsync("show", $"main:{task}/b.txt"));

            // git took each commit: what the model was shown last is git's own word on it.
            Assert.Equal(3, Requests(task).Count(request => request.LastResult.Contains($"[Commit of {task}]", StringComparison.Ordinal)));
        }

        IEnumerable<IncomingApiRequest> Requests(string task) => api.Requests.Where(request => request.Rule == $"MARK-{task}");
    }

    private static ApiRule Rule(string task, Task allAtWork, Task? last) =>
        new(
            $"MARK-{task}",
            ApiTurn.Writes($"{task}/a.txt", "bad\n"),
            Commits(task),
            ApiTurn.Calls(
                new ApiToolUse(
                    "Edit",
                    new
                    {
                        file_path = $"${{cwd}}/{task}/a.txt",
                        old_string = "bad",
                        new_string = "good",
                    }
                )
            ) with
            {
                After = allAtWork,
            },
            Commits(task),
            ApiTurn.Writes($"{task}/b.txt", $"{task}\n"),
            last is null ? Commits(task) : Commits(task) with { After = last },
            ApiTurn.Says("All is committed.")
        );

    private static ApiTurn Commits(string task) =>
        ApiTurn.Calls(ApiToolUse.Bash($"git add -A && git commit -q -m 'Work on {task}' && git log -1 --format='[Commit of {task}] %s'"));

    private static bool IsMerged(TemporaryRepository repository, string task) =>
        Directory
            .EnumerateFiles(repository[".orchestrator/runs"], "status.json", SearchOption.AllDirectories)
            .Select(file => JsonNode.Parse(File.ReadAllText(file))!["tasks"]!.AsArray())
            .Any(tasks => tasks.Any(found => (string?)found!["id"] == task && (string?)found["state"] == "merged"));
}
