using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Workflows;

/// <summary>The commands of a run that history does not show yet, in the order of issue.</summary>
internal sealed class CommandLog
{
    private readonly Queue<PendingCommand> _pending = new();
    private bool _passedPatch;

    /// <summary>Whether a command is issued that was not sent.</summary>
    public bool HasUnsent => _pending.Any(c => c is { Sent: false, Withdrawn: false });

    /// <summary>Whether the run's last command is here already.</summary>
    public bool Closed { get; private set; }

    public void Add(PendingCommand command)
    {
        // What comes after the last command goes nowhere.
        if (Closed)
        {
            command.TryWithdraw();
        }

        _pending.Enqueue(command);
    }

    /// <summary>Takes the command that closes the run, behind which there is none.</summary>
    public void Close(PendingCommand command)
    {
        Add(command);
        Closed = true;
    }

    /// <summary>Ends a task: what was issued and not taken back counts as sent from now on.</summary>
    /// <returns>The commands that the task sends.</returns>
    public List<PendingCommand> Flush()
    {
        var sent = new List<PendingCommand>();
        for (var count = _pending.Count; count > 0; count--)
        {
            var command = _pending.Dequeue();
            if (command.Withdrawn)
            {
                continue;
            }

            _pending.Enqueue(command);
            if (!command.Sent)
            {
                command.Sent = true;
                sent.Add(command);
            }
        }

        return sent;
    }

    /// <summary>Ties an event to the command that caused it.</summary>
    /// <exception cref="WorkflowNondeterminismException">The next command is another one, or there is none.</exception>
    public void Match(HistoryEvent e, bool compareIds)
    {
        // With the marker of a patch goes the list of all patches that was written after it.
        var follows =
            _passedPatch
            && e.EventType == EventType.UpsertWorkflowSearchAttributes
            && e.UpsertWorkflowSearchAttributesEventAttributes.SearchAttributes?.IndexedFields.Keys is { Count: 1 } names
            && names.Contains(Markers.ChangeVersion);
        _passedPatch = false;
        if (follows)
        {
            return;
        }

        if (!_pending.TryPeek(out var command))
        {
            if (PassesPatch(e))
            {
                return;
            }

            throw new WorkflowNondeterminismException(
                $"[TMPRL1100] Nondeterminism error: Event {e.EventId}: history has {CommandMatcher.Describe(e)}, the workflow code "
                    + "did nothing here."
            );
        }

        if (!CommandMatcher.SameKind(command, e.EventType) || (compareIds && !CommandMatcher.SameIdentity(command, e)))
        {
            if (PassesPatch(e))
            {
                return;
            }

            throw new WorkflowNondeterminismException(
                $"[TMPRL1100] Nondeterminism error: Event {e.EventId}: history has {CommandMatcher.Describe(e)}, the workflow code "
                    + $"{CommandMatcher.Describe(command)}."
            );
        }

        _pending.Dequeue();
        command.Recorded(e);
    }

    /// <summary>Checks that history shows all commands that were sent.</summary>
    /// <param name="next">The event that comes where a command's event is missing; null at the end of history.</param>
    /// <exception cref="WorkflowNondeterminismException">A command is left.</exception>
    public void ExpectNone(HistoryEvent? next)
    {
        if (_pending.TryPeek(out var command))
        {
            var where = next is null ? "At the end of history" : $"Event {next.EventId}";
            var has = next is null ? "nothing" : CommandMatcher.Describe(next);
            throw new WorkflowNondeterminismException(
                $"[TMPRL1100] Nondeterminism error: {where}: history has {has}, the workflow code {CommandMatcher.Describe(command)}."
            );
        }
    }

    // A patch that is deprecated in history may be gone from the code.
    private bool PassesPatch(HistoryEvent e) =>
        _passedPatch =
            e.EventType == EventType.MarkerRecorded && Markers.ReadPatch(e.MarkerRecordedEventAttributes) is { Deprecated: true };
}
