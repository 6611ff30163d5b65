using Temporalio.Exceptions;

namespace Temporalio.Worker.Workflows;

/// <summary>Keeps code that may look at the workflow, but not act, from issuing commands.</summary>
internal sealed class ReadOnlyGuard(WorkflowTaskScheduler scheduler)
{
    private string? _code;

    /// <summary>Whether such code runs now.</summary>
    public bool IsLooking => _code is not null;

    /// <summary>Whether the caller may act: false from outside of the workflow, which then is faulty.</summary>
    /// <exception cref="ReadOnlyWorkflowException">The code that runs now may only look.</exception>
    public bool MayAct() =>
        _code is null
            ? scheduler.CheckThread()
            : throw new ReadOnlyWorkflowException(
                $"{_code} created workflow commands, and is read-only: queries, update validators, conditions and patch callbacks "
                    + "may look at the workflow but not act: no activities, timers, children, signals, waits or changes."
            );

    /// <summary>Runs code that may look at the workflow but not act.</summary>
    /// <param name="name">What it is, for the message when it acts.</param>
    /// <param name="code">The code.</param>
    public T Looking<T>(string name, Func<T> code)
    {
        var before = _code;
        _code = name;
        try
        {
            return code();
        }
        finally
        {
            _code = before;
        }
    }
}
