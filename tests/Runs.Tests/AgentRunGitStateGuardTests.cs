using Orchestrator.Agents;
using Orchestrator.Git.Worktrees;
using Orchestrator.Runs.Tasks;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Others work in the repository, too: an agent is charged with what its own tool calls show, and with nothing else.</summary>
public sealed class AgentRunGitStateGuardTests
{
    private static readonly string[] Deed = ["config", "alias.st", "!evil"];

    public static TheoryData<string, AgentEvent[], bool> Streams =>
        new()
        {
            { "its own call", [new AgentToolCallEvent("1", "Bash", "git config alias.st '!evil'")], true },
            { "nothing", [], false },
            {
                "another call",
                [new AgentToolCallEvent("1", "Bash", "git config pull.rebase true"), new AgentToolCallEvent("2", "Edit", "a.txt")],
                false
            },
            {
                "a call that was refused",
                [new AgentToolCallEvent("1", "Bash", "git config alias.st '!evil'"), new AgentToolErrorEvent("1", "denied")],
                false
            },
            {
                "a refused call and one that was not",
                [
                    new AgentToolCallEvent("1", "Bash", "git config alias.st x"),
                    new AgentToolErrorEvent("1", "no"),
                    new AgentToolCallEvent("2", "Bash", "git config alias.st x"),
                ],
                true
            },
        };

    /// <summary>An agent in a sandbox can't write there, so that the whole checkout need not be looked through for each.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task PutBack_FileAppearsInTheMainCheckout_IsNamedUnlessTheAgentWasConfined(bool isConfined, int notices)
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var (guard, _, worktree) = await GuardAsync(run);
        await guard.RecordAsync(worktree);
        await File.WriteAllTextAsync(Path.Combine(run.Repository.Path, "stray.txt"), "x");

        var said = await guard.PutBackAsync(worktree, attempt: 1, new ToolUsage(), isConfined);

        Assert.Equal(notices, said.Count(notice => notice.Text.Contains("stray.txt", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task PutBack_SettingThatRunsPrograms_IsChargedOnlyForTheAgentsOwnCall(string what, AgentEvent[] events, bool charged)
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var (guard, workspace, worktree) = await GuardAsync(run);
        await guard.RecordAsync(worktree);
        await run.Repository.GitAsync(Deed);
        var deeds = new ToolUsage();
        foreach (var happened in events)
        {
            deeds.RecordToolCalls(happened);
        }

        var notices = await guard.PutBackAsync(worktree, attempt: 1, deeds);

        Assert.True(Assert.Single(notices).IsForPerson, "it is put aside and a person is told, whoever did it");
        var problems = AgentRunGitStateGuard.Problems(workspace.Files.Folder, "a", lastStart: 1, attempt: 1).ToList();
        Assert.True((problems.Count == 1) == charged, $"{what}: {string.Join(" ", problems)}");
        Assert.Empty(AgentRunGitStateGuard.Problems(workspace.Files.Folder, "a", lastStart: 1, attempt: 2));
    }

    /// <summary>Changes of a user are never attributed to the agent, even if the agent made similar ones.</summary>
    [Fact]
    public async Task PutBack_WhatIsLeftAlone_IsNeverCharged()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var (guard, workspace, worktree) = await GuardAsync(run);
        await guard.RecordAsync(worktree);
        await run.Repository.GitAsync("config", "pull.rebase", "true");
        await run.Repository.GitAsync("remote", "add", "mine", "https://user.example/x.git");
        var deeds = new ToolUsage();
        deeds.RecordToolCalls(
            new AgentToolCallEvent("1", "Bash", "git config pull.rebase true; git remote add mine https://user.example/x.git")
        );

        await guard.PutBackAsync(worktree, attempt: 1, deeds);

        Assert.Empty(AgentRunGitStateGuard.Problems(workspace.Files.Folder, "a", lastStart: 1, attempt: 1));
        Assert.Equal("true", await run.Repository.GitAsync("config", "pull.rebase"));
    }

    private static async Task<(AgentRunGitStateGuard Guard, TaskBranchAndWorktree Place, Worktree Worktree)> GuardAsync(RunFixture run)
    {
        await run.PrepareAsync("a");
        var workspace = new TaskBranchAndWorktree(
            await run.Services.OpenRepositoryAsync(run.Repository.Path),
            new RunPlanCache().Load(run.Reference, RunFixture.RunId, run.Hash),
            "a"
        );
        return (new AgentRunGitStateGuard(workspace, run.Services, start: 1), workspace, workspace.Worktrees.Find(workspace.WorktreePath)!);
    }
}
