using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Temporal.Server.Batch.State;
using Temporal.Server.History;
using Temporal.Server.Storage;
using Temporal.Server.Visibility;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Batch;

/// <summary>
/// Executes one batch. Finds the runs to which the batch applies, applies its action to each of them, and stores the progress. An action
/// repeated after a restart has the same request id, so it takes effect only once.
/// </summary>
internal sealed class BatchOperationExecutor(
    ServerComponentServiceBundle services,
    VisibilityReader visibility,
    BatchOperationActionApplier actions,
    BatchRecord record,
    ILogger logger
)
{
    private const int Page = 1000;
    private const int WrittenEvery = 50;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();

    /// <summary>State of the batch. The object is immutable and replaced on each change.</summary>
    public BatchRecord Record { get; private set; } = record;

    /// <summary>Starts or continues the batch in the background.</summary>
    public void Begin() => _ = Task.Run(WorkAsync, CancellationToken.None);

    /// <summary>Stops the batch. Returns false if it has already ended.</summary>
    public async Task<bool> TryStopAsync()
    {
        if (!TryEnd(BatchOperationState.Failed))
        {
            return false;
        }

        await _stop.CancelAsync();
        await WriteAsync();
        return true;
    }

    /// <summary>Stores the batch's current state in the database.</summary>
    public Task WriteAsync()
    {
        var now = Record;
        return services.Database.WriteAsync(db => BatchOperationSqlTable.Write(db, now));
    }

    private async Task WorkAsync()
    {
        try
        {
            if (!Record.TargetsFound)
            {
                Change(changed => FindTargets(changed));
                await WriteAsync();
            }

            for (
                var i = (int)(Record.Completed + Record.Failed);
                i < Record.Targets.Count && Record.State == BatchOperationState.Running;
                i++
            )
            {
                var done = await TryActAsync(i);
                Change(changed =>
                {
                    changed.Completed += done ? 1 : 0;
                    changed.Failed += done ? 0 : 1;
                });
                if (i % WrittenEvery == WrittenEvery - 1)
                {
                    await WriteAsync();
                }
            }

            if (TryEnd(BatchOperationState.Completed))
            {
                await WriteAsync();
            }
        }
        catch (Exception e)
        {
            Log.BatchFailed(logger, e, Record.Request.JobId);
            TryEnd(BatchOperationState.Failed);
        }
    }

    private async Task<bool> TryActAsync(int number)
    {
        while (true)
        {
            try
            {
                await actions.ApplyAsync(Record, Record.Targets[number]);
                return true;
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted)
            {
                await Task.Delay(RetryDelay, services.Time, _stop.Token);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                // The run ended or was deleted in the meantime; the Temporal server counts this as completed, too.
                return true;
            }
            catch (RpcException e)
            {
                Log.BatchActionFailed(logger, e, Record.Request.JobId, Record.Targets[number].WorkflowId);
                return false;
            }
        }
    }

    private void FindTargets(BatchRecord changed)
    {
        changed.TargetsFound = true;
        if (changed.Request.Executions.Count > 0)
        {
            changed.Targets.AddRange(changed.Request.Executions);
            return;
        }

        var ns = services.Namespaces.FindById(changed.NamespaceId) ?? throw GrpcErrorFactory.NamespaceNotFound(changed.NamespaceId);
        var token = ByteString.Empty;
        do
        {
            var page = visibility.List(ns, changed.Request.VisibilityQuery, Page, token);
            changed.Targets.AddRange(page.Rows.Select(row => row.Info.Execution));
            token = page.Next;
        } while (!token.IsEmpty);
    }

    private void Change(Action<BatchRecord> change)
    {
        lock (_lock)
        {
            var changed = Record.Clone();
            change(changed);
            Record = changed;
        }
    }

    private bool TryEnd(BatchOperationState state)
    {
        lock (_lock)
        {
            if (Record.State != BatchOperationState.Running)
            {
                return false;
            }

            Change(changed =>
            {
                changed.State = state;
                changed.CloseTime = Timestamp.FromDateTimeOffset(services.Timers.UtcNow);
            });
            return true;
        }
    }
}
