namespace Orchestrator.Conformance.Scenarios;

/// <summary>Hands out scenarios; two with the same exclusive word are never out at the same time.</summary>
internal sealed class ScenarioQueue(IEnumerable<Scenario> scenarios)
{
    private readonly LinkedList<Scenario> _waiting = new(scenarios);
    private readonly HashSet<string> _busy = [];
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The next scenario that may run now; null when none is left.</summary>
    public async Task<Scenario?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task released;
            lock (_waiting)
            {
                for (var node = _waiting.First; node is not null; node = node.Next)
                {
                    if (node.Value.Exclusive is not { } word || _busy.Add(word))
                    {
                        _waiting.Remove(node);
                        return node.Value;
                    }
                }

                if (_waiting.Count == 0)
                {
                    return null;
                }

                released = _released.Task;
            }

            await released.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Says that a scenario has ended.</summary>
    public void Release(Scenario scenario)
    {
        lock (_waiting)
        {
            if (scenario.Exclusive is { } word && _busy.Remove(word))
            {
                _released.SetResult();
                _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
