using Temporal.Server.Storage;
using Temporalio.Api.History.V1;

namespace Temporal.Server.History;

/// <summary>The end of a transfer task: it is crossed out with the change that answers it.</summary>
internal sealed class TransferAnswers(WorkflowStore store)
{
    /// <summary>Tells the run that asked, if it still waits for the answer.</summary>
    public async Task AnswerAsync(long key, TransferTask task, Func<MutableState, bool> waits, Func<MutableState, HistoryEvent> answer)
    {
        var isThere = await store.ChangeAsync(
            task.NamespaceId,
            task.WorkflowId,
            w =>
            {
                if (store.Find(w, task.RunId) is not { } run)
                {
                    return false;
                }

                run.Changes.DoneTransfers.Add(key);
                if (run.IsOpen && waits(run))
                {
                    run.AddOrBuffer(answer(run));
                    run.WorkflowTask.EnsureScheduled();
                }

                return true;
            }
        );
        if (!isThere)
        {
            await ForgetAsync(key);
        }
    }

    /// <summary>Crosses out a record whose run was deleted meanwhile: no change of that run can carry it any more.</summary>
    public Task ForgetAsync(long key) => store.Database.WriteAsync(db => TransferTaskTable.Delete(db, key));

    /// <summary>Crosses out a task that nobody waits for the end of.</summary>
    public Task DoneAsync(long key, TransferTask task) => AnswerAsync(key, task, static _ => false, static _ => null!);
}
