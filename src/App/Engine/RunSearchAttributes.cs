using Orchestrator.Messages;
using Temporalio.Api.Enums.V1;

namespace Orchestrator.App.Engine;

/// <summary>The search attributes that the embedded engine has for runs.</summary>
public static class RunSearchAttributes
{
    /// <summary>Name and type of each.</summary>
    public static IReadOnlyDictionary<string, IndexedValueType> All { get; } =
        RunAttributes.Names.ToDictionary(name => name, _ => IndexedValueType.Keyword, StringComparer.Ordinal);
}
