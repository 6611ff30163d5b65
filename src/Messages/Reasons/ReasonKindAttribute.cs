namespace Orchestrator.Messages;

/// <summary>
/// Sets the name of a reason's kind in JSON if it differs from the type's name. Recorded histories contain the name, so it must never
/// change.
/// </summary>
/// <param name="name">The kind, such as <c>dependency-ended</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class ReasonKindAttribute(string name) : Attribute
{
    /// <summary>Kind in JSON, such as <c>dependency-ended</c>.</summary>
    public string Name { get; } = name;
}
