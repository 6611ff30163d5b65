using Temporal.Server.Verification;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Storage;

/// <summary>The checker finds nothing in what the server wrote, and every single change behind its back.</summary>
public sealed class EngineDatabaseVerifierTests : IDisposable
{
    /// <summary>A change of the file, and the field that must be named.</summary>
    private static readonly (string Script, string Field)[] Damages =
    [
        ("UPDATE runs SET open = 0 WHERE workflow_id = 'parent'", "open"),
        ("UPDATE runs SET open = 1 WHERE workflow_id = 'done'", "open"),
        ("UPDATE runs SET next_due = next_due + 1 WHERE workflow_id = 'chain' AND open", "next_due"),
        ("UPDATE runs SET next_due = NULL WHERE workflow_id = 'activities'", "next_due"),
        ("UPDATE runs SET next_due = next_due + 7200000 WHERE workflow_id = 'activities'", "next_due"),
        ("UPDATE runs SET dispatch = 0 WHERE workflow_id = 'activities'", "dispatch"),
        ("UPDATE runs SET closed_at = closed_at - 1 WHERE workflow_id = 'done'", "closed_at"),
        (
            "UPDATE runs SET state = (SELECT state FROM runs WHERE workflow_id = 'activities') WHERE workflow_id = 'buffering'",
            "last_event_id"
        ),
        (
            "UPDATE runs SET state = (SELECT state FROM runs WHERE workflow_id = 'done') WHERE workflow_id = 'buffering'",
            "workflow_task scheduled_event_id"
        ),
        ("UPDATE runs SET state = x'ff' WHERE workflow_id = 'done'", "record"),
        (
            "DELETE FROM history WHERE key = (SELECT max(h.key) FROM history h JOIN runs r ON h.key >> 20 = r.key WHERE r.workflow_id = "
                + "'activities')",
            "last_event_id"
        ),
        (
            "DELETE FROM history WHERE key = (SELECT min(h.key) FROM history h JOIN runs r ON h.key >> 20 = r.key WHERE r.workflow_id = "
                + "'activities')",
            "history"
        ),
        ("UPDATE history SET events = events || events WHERE key >> 20 = (SELECT key FROM runs WHERE workflow_id = 'parent')", "history"),
        ("DELETE FROM extras WHERE kind = 1", "visibility search_attributes"),
        ("DELETE FROM extras WHERE kind = 2", "request_ids attached-buffering"),
        (
            "UPDATE OR REPLACE extras SET id = '00000002' WHERE kind = 1 AND run_key = (SELECT key FROM runs WHERE workflow_id = "
                + "'activities')",
            "activity 2"
        ),
        ("INSERT INTO extras SELECT key, 3, 'x', x'' FROM runs WHERE workflow_id = 'done'", "rows of a closed run"),
        ("INSERT INTO extras VALUES(999, 3, 'x', x'')", "extras"),
        ("INSERT INTO history VALUES(999 << 20, x'')", "history"),
        ("DELETE FROM current_runs WHERE workflow_id = 'parent'", "current_runs"),
        ("DELETE FROM visibility WHERE workflow_id = 'done'", "visibility"),
        ("UPDATE visibility SET status = 1 WHERE workflow_id = 'done'", "visibility status"),
        ("UPDATE visibility SET memo = x'' WHERE workflow_id = 'parent'", "visibility memo"),
        ("UPDATE visibility SET search_attributes = x'' WHERE workflow_id = 'activities'", "visibility search_attributes"),
        ("INSERT INTO visibility_values VALUES(999, 'x', 1)", "visibility_values"),
    ];

    private readonly EngineFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_WhatTheServerWrote_FindsNothing()
    {
        await using (var server = await TestServer.StartAsync(_folder.DatabasePath))
        {
            await BusyFile.FillAsync(server);

            Healthy(EngineDatabaseVerifier.Verify(_folder.DatabasePath));
        }

        Healthy(EngineDatabaseVerifier.Verify(_folder.DatabasePath));
    }

    [Fact]
    public async Task Verify_AfterEachStepOfPausedActivities_FindsNothing()
    {
        await using var server = await TestServer.StartAsync(_folder.DatabasePath);
        await server.StartWorkflowAsync("w");
        await server.CompleteAsync(
            await server.PollWorkflowTaskAsync("w"),
            [.. Enumerable.Range(0, 4).Select(i => TestServer.Activity("a" + i, i < 2 ? "w" : "nobody"))]
        );
        var (completed, failed) = (await server.PollActivityTaskAsync("w"), await server.PollActivityTaskAsync("w"));
        var steps = new Func<Task>[]
        {
            () => PauseAsync("a0"),
            () => PauseAsync("a1"),
            () => PauseAsync("a2"),
            () =>
                server.CallAsync(
                    new UnpauseActivityRequest
                    {
                        Namespace = "default",
                        Execution = Execution,
                        Id = "a2",
                        Identity = "test",
                    },
                    UnpauseActivityResponse.Parser
                ),
            () =>
                server.CallAsync(
                    new RespondActivityTaskCompletedRequest { Namespace = "default", TaskToken = completed.TaskToken },
                    RespondActivityTaskCompletedResponse.Parser
                ),
            () =>
                server.CallAsync(
                    new RespondActivityTaskFailedRequest
                    {
                        Namespace = "default",
                        TaskToken = failed.TaskToken,
                        Failure = new()
                        {
                            Message = "no",
                            ApplicationFailureInfo = new() { NonRetryable = true },
                        },
                    },
                    RespondActivityTaskFailedResponse.Parser
                ),
            () => PauseAsync("a3"),
            () =>
                server.CallAsync(
                    new TerminateWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = Execution },
                    TerminateWorkflowExecutionResponse.Parser
                ),
        };
        for (var i = 0; i < steps.Length; i++)
        {
            await steps[i]();

            Assert.Equal([], EngineDatabaseVerifier.Verify(_folder.DatabasePath).Faults.Select(fault => $"after step {i}: {fault}"));
        }

        Task PauseAsync(string id) =>
            server.CallAsync(
                new PauseActivityRequest
                {
                    Namespace = "default",
                    Execution = Execution,
                    Id = id,
                    Identity = "test",
                },
                PauseActivityResponse.Parser
            );
    }

    private static WorkflowExecution Execution => new() { WorkflowId = "w" };

    [Fact]
    public async Task Verify_AfterOneChange_NamesRunAndField()
    {
        var healthy = _folder.PathOf("healthy.db");
        await using (var server = await TestServer.StartAsync(_folder.DatabasePath))
        {
            await BusyFile.FillAsync(server);
            global::Temporal.Server.EngineBackupWriter.Create(_folder.DatabasePath, healthy);
        }

        foreach (var (script, field) in Damages)
        {
            var copy = _folder.PathOf("damaged.db");
            File.Copy(healthy, copy, overwrite: true);
            EngineFolder.Change(copy, script);
            var report = EngineDatabaseVerifier.Verify(copy);

            Assert.True(
                report.Faults.Any(fault => fault.Field.StartsWith(field, StringComparison.Ordinal)),
                $"'{script}' was not found as '{field}': {string.Join('\n', report.Faults)}"
            );
        }
    }

    [Fact]
    public async Task Verify_DamagedPage_ReportsIt()
    {
        await using (var server = await TestServer.StartAsync(_folder.DatabasePath))
        {
            await BusyFile.FillAsync(server);
        }

        var bytes = await File.ReadAllBytesAsync(_folder.DatabasePath);
        bytes.AsSpan(8 * 4096, bytes.Length - (8 * 4096)).Fill(0x5a);
        await File.WriteAllBytesAsync(_folder.DatabasePath, bytes);

        Assert.NotEmpty(EngineDatabaseVerifier.Verify(_folder.DatabasePath).Faults);
    }

    [Fact]
    public void Verify_NoEngineFile_IsRefused()
    {
        File.WriteAllText(_folder.PathOf("text"), "hello");
        File.WriteAllText(_folder.PathOf("empty"), "");

        foreach (var name in new[] { "missing", "text", "empty" })
        {
            Assert.Throws<InvalidOperationException>(() => EngineDatabaseVerifier.Verify(_folder.PathOf(name)));
        }
    }

    private static void Healthy(DatabaseVerificationResult report)
    {
        Assert.True(report.Faults.Count == 0, string.Join('\n', report.Faults));
        Assert.True(report.Runs >= 10 && report.Events > 50, $"{report.Runs} runs, {report.Events} events");
    }
}
