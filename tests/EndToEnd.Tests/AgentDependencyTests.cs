using System.Runtime.Versioning;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The real Claude CLI asks for a package by the tool, gets it on staging and continues in its conversation.</summary>
[SupportedOSPlatform("linux")]
public sealed class AgentDependencyTests
{
    private const string Plan = """
        tasks:
          - id: frames
            description: Read the frames
            prompt: "MARK-FRAMES: write frames.py."
            files_write: [frames.py]
            verification: [{command: grep -q pandas frames.py && grep -q pandas requirements.txt}]
        """;

    private static readonly string[] Needed = ["pandas>=2.0"];

    [Fact]
    public async Task Run_AgentNeedsAPackage_GetsItAndGoesOnInTheSameConversation()
    {
        using TempFolder home = new();
        await using var api = await ScriptedMessagesApi.StartAsync(
            new ApiRule("is installed", ApiTurn.Writes("frames.py", "import pandas\n"), ApiTurn.Says("Done with it.")),
            new ApiRule(
                "MARK-FRAMES",
                ApiTurn.Calls(new ApiToolUse("mcp__orchestrator__blocked", new { reason = "Frames are tables", needs = Needed })),
                ApiTurn.Says("I wait for pandas.")
            )
        );
        using var repository = await TemporaryRepository.CreateEmptyAsync();
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents:\n  claude:\n    command: [\"{await ClaudeProgram.PathAsync()}\"]\n"
                + "dependencies: {allow: ['pypi:pandas']}\ngates: {task: []}\n"
        );
        await repository.CommitAsync("start", ("tasks.yaml", Plan), ("requirements.txt", "numpy==1.26\n"));
        var changes = ClaudeProgram.CreateChanges(home.Path, api.Url, asSubscription: true);
        changes["PATH"] = $"{PackageManager(home["programs"])}:{Environment.GetEnvironmentVariable("PATH")}";
        OrchestrateProgram orchestrate = new(repository.Path, changes);

        var run = await orchestrate.RunAsync("run", "tasks.yaml", "--yes", "--agent", "claude");
        var report = await orchestrate.RunAsync("report", "--full");

        Assert.True(run.ExitCode == 0, run.StandardOutput.Text + run.StandardError.Text);
        Assert.Equal("import pandas", await repository.GitAsync("show", "main:frames.py"));
        Assert.Equal("numpy==1.26\npandas>=2.0", await repository.GitAsync("show", "main:requirements.txt"));
        Assert.Contains(
            @"- frames: pandas\>=2.0 (pypi, requirements.txt): installed",
            report.StandardOutput.Text,
            StringComparison.Ordinal
        );
        var told = api.Requests.First(request => request.Rule == "is installed");
        Assert.Contains("pandas>=2.0 is installed", told.Prompt, StringComparison.Ordinal);
        Assert.Equal(api.Requests.First(request => request.Rule == "MARK-FRAMES").Session, told.Session);
        Assert.Equal(2, api.Requests.Count(request => request.Rule == "MARK-FRAMES"));
    }

    /// <summary>A pip that finds everything: whether the real one is there and online is not what is asked here.</summary>
    private static string PackageManager(string folder)
    {
        var pip = Path.Combine(Directory.CreateDirectory(folder).FullName, "pip");
        File.WriteAllText(pip, "#!/bin/sh\nexit 0\n");
        File.SetUnixFileMode(pip, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }
}
