using Orchestrator.Messages;
using Temporalio.Api.Enums.V1;

namespace Orchestrator.App.Engine;

/// <summary>Search attributes of the embedded engine for runs.</summary>
public static class RunSearchAttributes
{
    /// <summary>Types of the search attributes by name.</summary>
    public static IReadOnlyDictionary<string, IndexedValueType> All { get; } =
        RunAttributes.Names.ToDictionary(name => name, _ => IndexedValueType.Keyword, StringComparer.Ordinal);
}
