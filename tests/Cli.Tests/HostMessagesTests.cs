using System.Text.Json;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Messages about tasks on several hosts.</summary>
public sealed class HostMessagesTests : IDisposable
{
    private readonly CliFixture _cli = new CliFixture().WithRepository();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("--slots 0", "0 is not a valid number of tasks.", "Use --slots with a number from 1 to 1000.")]
    [InlineData("--slots -1", "-1 is not a valid number of tasks.", "Use --slots with a number from 1 to 1000.")]
    [InlineData("--slots 1001", "1001 is not a valid number of tasks.", "Use --slots with a number from 1 to 1000.")]
    [InlineData("--slots many", "many", "")]
    [InlineData("--label gpu", "but --slots, the number of such tasks, is missing.", "--slots 2 --label gpu")]
    [InlineData("--slots 1 --label a/b", "'a/b' is not a valid label.", "letters, digits, dots, hyphens and underscores")]
    [InlineData("--slots 1", "but at least one of them is not set.", "Set temporal.address and wip.remote on each machine")]
    [InlineData("--make-current", "temporal.address or temporal.deployment is not set.", "Set both on each machine")]
    public async Task Worker_WhatCantBeOffered_SaysWhyAndWhatToDo(string flags, string says, string cure)
    {
        var worker = await _cli.RunAsync(["worker", .. flags.Split(' ')]);

        Assert.Equal((int)UseCaseOutcome.Usage, worker.ExitCode);
        Assert.Contains(says, worker.People, StringComparison.Ordinal);
        Assert.Contains(cure, worker.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_DeploymentWithAPoint_IsRefusedWithTheSetting()
    {
        _cli.WriteUser("temporal: {address: localhost, deployment: my.workers}\n");

        var worker = await _cli.RunAsync("worker");

        Assert.Equal((int)UseCaseOutcome.Usage, worker.ExitCode);
        Assert.Contains("'my.workers' is not a valid name for a worker deployment.", worker.People, StringComparison.Ordinal);
        Assert.Contains("temporal.deployment", worker.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_RunWithTasksOnOtherHosts_NamesEachHostOnce()
    {
        var task = new RunTaskStatus
        {
            Id = "a",
            Title = "One",
            State = TaskStateNames.Merged,
            Host = "rack (cccc)",
        };
        var status = new RunStatus
        {
            RunId = "run-1",
            Title = "two hosts",
            State = RunStateNames.Completed,
            Since = DateTimeOffset.UnixEpoch,
            Repository = _cli.Folder,
            StartedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
            Tasks = [task, task with { Id = "b" }, task with { Id = "c", Host = "desk (bbbb)" }, task with { Id = "d", Host = null }],
        };
        _cli.Write(".orchestrator/runs/run-1/status.json", JsonSerializer.Serialize(status, RunJson.Default.RunStatus));

        var history = await _cli.RunAsync("history");

        Assert.Contains("two hosts (also on desk (bbbb), rack (cccc))", history.Output, StringComparison.Ordinal);
    }
}
