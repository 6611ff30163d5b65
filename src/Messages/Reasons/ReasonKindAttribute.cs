namespace Orchestrator.Messages;

/// <summary>Name of a reason's kind in JSON, for a type whose name differs. Recorded histories contain the kind, so it never
/// changes.</summary>
/// <param name="name">The kind, such as <c>dependency-ended</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class ReasonKindAttribute(string name) : Attribute
{
    /// <summary>The kind.</summary>
    public string Name { get; } = name;
}
