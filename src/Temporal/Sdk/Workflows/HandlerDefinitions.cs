using System.Reflection;

namespace Temporalio.Workflows;

/// <summary>A signal handler.</summary>
public sealed class WorkflowSignalDefinition
{
    private WorkflowSignalDefinition(string? name, string? description, HandlerMethod handler, HandlerUnfinishedPolicy unfinishedPolicy)
    {
        HandlerRules.Check(name, "signal", handler, mustReturnTask: true, allowValue: false);
        (Name, Description, Handler, UnfinishedPolicy) = (name, description, handler, unfinishedPolicy);
    }

    /// <summary>Signal name; null for the dynamic handler.</summary>
    public string? Name { get; }

    /// <summary>Text for people.</summary>
    public string? Description { get; }

    /// <summary>Whether it takes all signals without handler of their own.</summary>
    public bool Dynamic => Name is null;

    internal HandlerMethod Handler { get; }

    internal HandlerUnfinishedPolicy UnfinishedPolicy { get; }

    /// <summary>Makes a definition of a delegate, for <see cref="Workflow.Signals"/> or <see cref="Workflow.DynamicSignal"/>.</summary>
    /// <param name="name">Signal name; null for a dynamic handler.</param>
    /// <param name="del">Handler; it returns a task.</param>
    /// <param name="unfinishedPolicy">What happens when the workflow ends while the handler still runs.</param>
    /// <param name="description">Text for people.</param>
    public static WorkflowSignalDefinition CreateWithoutAttribute(
        string? name,
        Delegate del,
        HandlerUnfinishedPolicy unfinishedPolicy = HandlerUnfinishedPolicy.WarnAndAbandon,
        string? description = null
    ) => new(name, description, HandlerMethod.Of(del), unfinishedPolicy);

    /// <summary>Reads a method with <see cref="WorkflowSignalAttribute"/>.</summary>
    /// <exception cref="ArgumentException">The attribute is missing or the method does not fit.</exception>
    public static WorkflowSignalDefinition FromMethod(MethodInfo method)
    {
        var attribute = HandlerRules.AttributeOf<WorkflowSignalAttribute>(method);
        return new(
            HandlerRules.NameOf(method, attribute.Name, attribute.Dynamic),
            attribute.Description,
            HandlerMethod.Of(method),
            attribute.UnfinishedPolicy
        );
    }

    /// <summary>Name of the signal that a method handles.</summary>
    internal static string NameOf(MethodInfo method)
    {
        var attribute = HandlerRules.AttributeOf<WorkflowSignalAttribute>(method);
        return HandlerRules.NameOf(method, attribute.Name, attribute.Dynamic)
            ?? throw new ArgumentException(
                $"{method.DeclaringType}.{method.Name} is a dynamic signal handler and cannot be called by lambda.",
                nameof(method)
            );
    }
}

/// <summary>A query handler.</summary>
public sealed class WorkflowQueryDefinition
{
    private WorkflowQueryDefinition(string? name, string? description, HandlerMethod handler)
    {
        HandlerRules.Check(name, "query", handler, mustReturnTask: false, allowValue: true);
        (Name, Description, Handler) = (name, description, handler);
    }

    /// <summary>Query name; null for the dynamic handler.</summary>
    public string? Name { get; }

    /// <summary>Text for people.</summary>
    public string? Description { get; }

    /// <summary>Whether it takes all queries without handler of their own.</summary>
    public bool Dynamic => Name is null;

    internal HandlerMethod Handler { get; }

    /// <summary>Makes a definition of a delegate, for <see cref="Workflow.Queries"/> or <see cref="Workflow.DynamicQuery"/>.</summary>
    /// <param name="name">Query name; null for a dynamic handler.</param>
    /// <param name="del">Handler; it returns its value at once.</param>
    /// <param name="description">Text for people.</param>
    public static WorkflowQueryDefinition CreateWithoutAttribute(string? name, Delegate del, string? description = null) =>
        new(name, description, HandlerMethod.Of(del));

    /// <summary>Reads a method with <see cref="WorkflowQueryAttribute"/>.</summary>
    /// <exception cref="ArgumentException">The attribute is missing or the method does not fit.</exception>
    public static WorkflowQueryDefinition FromMethod(MethodInfo method)
    {
        var attribute = HandlerRules.AttributeOf<WorkflowQueryAttribute>(method);
        return new(
            HandlerRules.NameOf(method, attribute.Name, attribute.Dynamic, trimAsync: false),
            attribute.Description,
            HandlerMethod.Of(method)
        );
    }

    /// <summary>Reads a property with <see cref="WorkflowQueryAttribute"/>.</summary>
    /// <exception cref="ArgumentException">The attribute is missing or the property does not fit.</exception>
    public static WorkflowQueryDefinition FromProperty(PropertyInfo property)
    {
        var attribute = HandlerRules.AttributeOf<WorkflowQueryAttribute>(property);
        if (property.GetMethod is not { IsPublic: true } getter)
        {
            throw new ArgumentException($"WorkflowQuery property {property} must have public getter", nameof(property));
        }

        if (getter.IsStatic || attribute.Dynamic)
        {
            throw new ArgumentException(
                $"WorkflowQuery property {property} cannot be {(getter.IsStatic ? "static" : "dynamic")}",
                nameof(property)
            );
        }

        return new(attribute.Name ?? property.Name, attribute.Description, HandlerMethod.Of(getter));
    }
}

/// <summary>An update handler and its validator.</summary>
public sealed class WorkflowUpdateDefinition
{
    private WorkflowUpdateDefinition(
        string? name,
        string? description,
        HandlerMethod handler,
        HandlerMethod? validator,
        HandlerUnfinishedPolicy unfinishedPolicy
    )
    {
        HandlerRules.Check(name, "update", handler, mustReturnTask: true, allowValue: true);
        if (validator is not null && validator.Method.ReturnType != typeof(void))
        {
            throw new ArgumentException($"WorkflowUpdateValidator method {validator.Method} must be void");
        }

        if (validator is not null && !validator.ParameterTypes.SequenceEqual(handler.ParameterTypes))
        {
            throw new ArgumentException(
                $"WorkflowUpdateValidator method {validator.Method} must have the same parameters as {handler.Method}"
            );
        }

        (Name, Description, Handler, Validator, UnfinishedPolicy) = (name, description, handler, validator, unfinishedPolicy);
    }

    /// <summary>Update name; null for the dynamic handler.</summary>
    public string? Name { get; }

    /// <summary>Text for people.</summary>
    public string? Description { get; }

    /// <summary>Whether it takes all updates without handler of their own.</summary>
    public bool Dynamic => Name is null;

    internal HandlerMethod Handler { get; }

    internal HandlerMethod? Validator { get; }

    internal HandlerUnfinishedPolicy UnfinishedPolicy { get; }

    /// <summary>Makes a definition of a delegate, for <see cref="Workflow.Updates"/> or <see cref="Workflow.DynamicUpdate"/>.</summary>
    /// <param name="name">Update name; null for a dynamic handler.</param>
    /// <param name="del">Handler; it returns a task.</param>
    /// <param name="validatorDel">Validator with the same parameters; an exception rejects the update.</param>
    /// <param name="unfinishedPolicy">What happens when the workflow ends while the handler still runs.</param>
    /// <param name="description">Text for people.</param>
    public static WorkflowUpdateDefinition CreateWithoutAttribute(
        string? name,
        Delegate del,
        Delegate? validatorDel = null,
        HandlerUnfinishedPolicy unfinishedPolicy = HandlerUnfinishedPolicy.WarnAndAbandon,
        string? description = null
    ) => new(name, description, HandlerMethod.Of(del), validatorDel is null ? null : HandlerMethod.Of(validatorDel), unfinishedPolicy);

    /// <summary>Reads a method with <see cref="WorkflowUpdateAttribute"/>.</summary>
    /// <exception cref="ArgumentException">The attribute is missing or the method does not fit.</exception>
    public static WorkflowUpdateDefinition FromMethod(MethodInfo method, MethodInfo? validatorMethod = null)
    {
        var attribute = HandlerRules.AttributeOf<WorkflowUpdateAttribute>(method);
        return new(
            HandlerRules.NameOf(method, attribute.Name, attribute.Dynamic),
            attribute.Description,
            HandlerMethod.Of(method),
            validatorMethod is null ? null : HandlerMethod.Of(validatorMethod),
            attribute.UnfinishedPolicy
        );
    }

    /// <summary>Name of the update that a method handles.</summary>
    internal static string NameOf(MethodInfo method)
    {
        var attribute = HandlerRules.AttributeOf<WorkflowUpdateAttribute>(method);
        return HandlerRules.NameOf(method, attribute.Name, attribute.Dynamic)
            ?? throw new ArgumentException(
                $"{method.DeclaringType}.{method.Name} is a dynamic update handler and cannot be called by lambda.",
                nameof(method)
            );
    }
}
