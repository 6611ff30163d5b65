using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>
/// Marks a class (or the interface of one) as a workflow. The class needs exactly one method with <see cref="WorkflowRunAttribute"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Struct, Inherited = false)]
public sealed class WorkflowAttribute : Attribute
{
    /// <summary>Uses the name of the type; of an interface named <c>IThing</c> it is <c>Thing</c>.</summary>
    public WorkflowAttribute() { }

    /// <summary>Uses the given workflow type name.</summary>
    public WorkflowAttribute(string name) => Name = name;

    /// <summary>Workflow type name; null stands for the name of the type.</summary>
    public string? Name { get; }

    /// <summary>
    /// Whether this workflow takes all types that no other workflow of the worker is registered for. Its run method then takes one
    /// <c>IRawValue[]</c>.
    /// </summary>
    public bool Dynamic { get; set; }

    /// <summary>
    /// Exception types that fail the workflow instead of the workflow task, besides the worker's own list. <see cref="Exception"/> stands
    /// for all.
    /// </summary>
    public Type[]? FailureExceptionTypes { get; set; }

    /// <summary>How runs move between versions of a worker deployment.</summary>
    public VersioningBehavior VersioningBehavior { get; set; }
}

/// <summary>Marks the method that runs the workflow.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowRunAttribute : Attribute { }

/// <summary>Marks the constructor that takes the same parameters as the run method, so that handlers find the input in place.</summary>
[AttributeUsage(AttributeTargets.Constructor, Inherited = false)]
public sealed class WorkflowInitAttribute : Attribute { }

/// <summary>
/// Marks the method of a dynamic workflow that chooses its options when a run starts. It has no parameters and returns
/// <see cref="WorkflowDefinitionOptions"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowDynamicOptionsAttribute : Attribute { }

/// <summary>Marks a method that handles a signal. It returns a task.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowSignalAttribute : Attribute
{
    /// <summary>Uses the method's name without a trailing <c>Async</c>.</summary>
    public WorkflowSignalAttribute() { }

    /// <summary>Uses the given signal name.</summary>
    public WorkflowSignalAttribute(string name) => Name = name;

    /// <summary>Signal name; null stands for the method's.</summary>
    public string? Name { get; }

    /// <summary>Short text for people, shown by tools.</summary>
    public string? Description { get; set; }

    /// <summary>
    /// Whether the method takes all signals without handler of their own. Its parameters are the name and an <c>IRawValue[]</c>.
    /// </summary>
    public bool Dynamic { get; set; }

    /// <summary>What happens when the workflow ends while the handler still runs.</summary>
    public HandlerUnfinishedPolicy UnfinishedPolicy { get; set; } = HandlerUnfinishedPolicy.WarnAndAbandon;
}

/// <summary>Marks a method or property that answers a query. It returns its value at once, not a task.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property, Inherited = false)]
public sealed class WorkflowQueryAttribute : Attribute
{
    /// <summary>Uses the name of the method or property.</summary>
    public WorkflowQueryAttribute() { }

    /// <summary>Uses the given query name.</summary>
    public WorkflowQueryAttribute(string name) => Name = name;

    /// <summary>Query name; null stands for the member's.</summary>
    public string? Name { get; }

    /// <summary>Short text for people, shown by tools.</summary>
    public string? Description { get; set; }

    /// <summary>
    /// Whether the method takes all queries without handler of their own. Its parameters are the name and an <c>IRawValue[]</c>.
    /// </summary>
    public bool Dynamic { get; set; }
}

/// <summary>Marks a method that handles an update. It returns a task.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowUpdateAttribute : Attribute
{
    /// <summary>Uses the method's name without a trailing <c>Async</c>.</summary>
    public WorkflowUpdateAttribute() { }

    /// <summary>Uses the given update name.</summary>
    public WorkflowUpdateAttribute(string name) => Name = name;

    /// <summary>Update name; null stands for the method's.</summary>
    public string? Name { get; }

    /// <summary>Short text for people, shown by tools.</summary>
    public string? Description { get; set; }

    /// <summary>
    /// Whether the method takes all updates without handler of their own. Its parameters are the name and an <c>IRawValue[]</c>.
    /// </summary>
    public bool Dynamic { get; set; }

    /// <summary>What happens when the workflow ends while the handler still runs.</summary>
    public HandlerUnfinishedPolicy UnfinishedPolicy { get; set; } = HandlerUnfinishedPolicy.WarnAndAbandon;
}

/// <summary>
/// Marks a method that decides whether an update is taken: it has the update's parameters, returns nothing, and rejects by throwing.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowUpdateValidatorAttribute : Attribute
{
    /// <summary>Names the update method.</summary>
    /// <param name="updateMethod">Name of the method with <see cref="WorkflowUpdateAttribute"/> (use <c>nameof</c>), not the update's
    /// name.</param>
    public WorkflowUpdateValidatorAttribute(string updateMethod) => UpdateMethod = updateMethod;

    /// <summary>Name of the update method.</summary>
    public string UpdateMethod { get; }
}
