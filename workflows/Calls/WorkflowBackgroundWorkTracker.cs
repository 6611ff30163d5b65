using System.Runtime.ExceptionServices;

namespace Orchestrator.Workflows.Calls;

/// <summary>
/// Tracks background work of a workflow. A failure of that work is rethrown on the main path, so that no failure is lost.
/// </summary>
internal sealed class WorkflowBackgroundWorkTracker
{
    private readonly List<Task> _work = [];

    public bool HasFailed => _work.Exists(w => w.IsFaulted);

    public void Begin(Task work)
    {
        _work.RemoveAll(w => w.IsCompletedSuccessfully);
        _work.Add(work);
    }

    public void ThrowIfFailed()
    {
        if (_work.Find(w => w.IsFaulted) is { Exception.InnerException: { } failure })
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
