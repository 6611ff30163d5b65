using Temporalio.Workflows;

namespace Temporalio.Worker.Workflows;

/// <summary>The workflows of a worker by type.</summary>
internal sealed class WorkflowRegistry
{
    private readonly Dictionary<string, WorkflowDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly WorkflowDefinition? _dynamic;

    /// <summary>Registers workflows.</summary>
    /// <exception cref="ArgumentException">One cannot be instantiated, or two have the same type.</exception>
    public WorkflowRegistry(IEnumerable<WorkflowDefinition> definitions)
    {
        foreach (var definition in definitions)
        {
            if (!definition.Instantiable)
            {
                throw new ArgumentException(
                    $"Workflow {definition.Type} cannot be instantiated: it needs a public constructor without parameters or one "
                        + "with [WorkflowInit].",
                    nameof(definitions)
                );
            }

            if (definition.Name is { } name ? !_definitions.TryAdd(name, definition) : _dynamic is not null)
            {
                throw new ArgumentException(
                    definition.Name is { } twice ? $"Duplicate workflow named {twice}" : "Multiple dynamic workflows provided"
                );
            }

            _dynamic ??= definition.Name is null ? definition : null;
        }
    }

    /// <summary>The workflow of a type.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message lists those there are.</exception>
    public WorkflowDefinition DefinitionOf(string type) =>
        _definitions.GetValueOrDefault(type)
        ?? _dynamic
        ?? throw new InvalidOperationException(
            $"Workflow type {type} is not registered on this worker, available workflows: "
                + $"{string.Join(", ", _definitions.Keys.Order(StringComparer.Ordinal))}"
        );
}
