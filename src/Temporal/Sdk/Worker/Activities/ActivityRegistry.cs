using System.Diagnostics.CodeAnalysis;
using Temporalio.Activities;

namespace Temporalio.Worker.Activities;

/// <summary>The activities of a worker by name.</summary>
internal sealed class ActivityRegistry
{
    private readonly Dictionary<string, ActivityDefinition> _byName = [];
    private readonly ActivityDefinition? _dynamic;

    /// <summary>Collects definitions.</summary>
    /// <exception cref="ArgumentException">Two have one name, or there are two dynamic ones.</exception>
    public ActivityRegistry(IEnumerable<ActivityDefinition> definitions)
    {
        foreach (var definition in definitions)
        {
            if (definition.Name is not { } name)
            {
                _dynamic = _dynamic is null ? definition : throw new ArgumentException("Multiple dynamic activities provided");
            }
            else if (!_byName.TryAdd(name, definition))
            {
                throw new ArgumentException($"Duplicate activity named {name}");
            }
        }
    }

    /// <summary>What is said of an activity that nobody registered, with the names of those there are.</summary>
    public string Missing(string type) =>
        $"Activity {type} is not registered on this worker, "
        + (
            _byName.Count == 0
                ? "no available activities."
                : $"available activities: {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}"
        );

    /// <summary>The activity for a type: its own, else the dynamic one.</summary>
    public bool TryGet(string type, [NotNullWhen(true)] out ActivityDefinition? definition)
    {
        definition = _byName.GetValueOrDefault(type) ?? _dynamic;
        return definition is not null;
    }
}
