using System.Text.Json.Nodes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>Mail to an agent of the real Claude CLI while it works: from another agent by a tool, and from a user by a command.</summary>
public sealed class AgentMailDispatcherTests
{
    private const string Plan = """
        tasks:
          - id: writer
            description: Writes
            prompt: "MARK-WRITER: write writer.txt."
            files_write: [writer.txt]
            verification: [{command: test -s writer.txt}]
          - id: reader
            description: Reads
            prompt: "MARK-READER: write reader.txt."
            files_write: [reader.txt]
            verification: [{command: grep -q good reader.txt}]
        """;

    [Fact]
    public async Task Run_MailForAnAgentAtWork_ReachesItOnceWhileItWorks()
    {
        using TempFolder home = new();
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        var sent = new TaskCompletionSource();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule(
                "was checked and is not finished",
                ApiTurn.Writes("reader.txt", "good\n"),
                ApiTurn.Calls(ApiToolUse.Bash("echo checked again")),
                ApiTurn.Says("Repaired.")
            ),
            new ApiRule(
                "MARK-READER",
                new ApiTurn { Tools = [ApiToolUse.Bash("echo a batch")], After = sent.Task },
                ApiTurn.Calls(ApiToolUse.Bash("echo another batch")),
                ApiTurn.Writes("reader.txt", "bad\n"),
                ApiTurn.Says("Reader is there.")
            ),
            new ApiRule(
                "MARK-WRITER",
                ApiTurn.Calls(new ApiToolUse("mcp__orchestrator__mailbox_send", new { to = "reader", text = "login() returns a dict" })),
                ApiTurn.Writes("writer.txt", "there\n"),
                ApiTurn.Says("Writer is there.")
            )
        );
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\nlimits:\n  stall: 60\nworkers: 2\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", Plan));
        OrchestrateProgram orchestrate = new(repository.Path, ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true));
        var running = orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        await Eventually.TrueAsync(() => running.IsCompleted || MailOf(repository.Path).Any(file => File.ReadAllText(file).EndsWith('\n')));

        var person = await orchestrate.RunAsync("send", "reader", "Keep it short.");
        sent.SetResult();
        var run = await running;

        var said = run.StandardOutput.Text + run.StandardError.Text + person.StandardError.Text;
        Assert.True(run.ExitCode == 0 && person.ExitCode == 0, said);
        var shown = Directory
            .EnumerateFiles(Path.Combine(home.Path, ".claude", "projects"), "*.jsonl", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Where(line => line.Contains("\"hook_additional_context\"", StringComparison.Ordinal))
            .Select(line => (string)JsonNode.Parse(line)!["attachment"]!["content"]![0]!)
            .ToList();
        var mail = Assert.Single(shown);
        Assert.Contains("from task writer]\n> login() returns a dict", mail, StringComparison.Ordinal);
        Assert.Contains(", a person]\n> Keep it short.", mail, StringComparison.Ordinal);
        // Neither the prompt that sent the work back nor a later batch has it again.
        Assert.DoesNotContain(api.Requests, request => request.Prompt.Contains("returns a dict", StringComparison.Ordinal));
    }

    private static IEnumerable<string> MailOf(string repository) =>
        Directory.Exists(Path.Combine(repository, ".orchestrator", "runs"))
            ? Directory.EnumerateFiles(Path.Combine(repository, ".orchestrator", "runs"), "messages.jsonl", SearchOption.AllDirectories)
            : [];
}
