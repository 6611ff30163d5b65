using System.Collections.Concurrent;
using System.Reflection;
using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>A workflow class, read once: its name, run method and handlers.</summary>
public sealed class WorkflowDefinition
{
    private static readonly ConcurrentDictionary<Type, WorkflowDefinition> Definitions = new();
    private readonly Func<object?[], object>? _creator;
    private readonly bool _passesArguments;

    internal WorkflowDefinition(WorkflowDefinitionParts parts, string? name, Func<object?[], object>? creator)
    {
        Name = name;
        Type = parts.Type;
        RunMethod = parts.RunMethod;
        Run = HandlerMethod.Of(parts.RunMethod);
        Signals = parts.Signals;
        Queries = parts.Queries;
        Updates = parts.Updates;
        DynamicSignal = parts.DynamicSignal;
        DynamicQuery = parts.DynamicQuery;
        DynamicUpdate = parts.DynamicUpdate;
        FailureExceptionTypes = parts.Attribute.FailureExceptionTypes;
        VersioningBehavior = parts.Attribute.VersioningBehavior == default ? null : parts.Attribute.VersioningBehavior;
        DynamicOptionsGetter = parts.DynamicOptionsGetter;
        _creator = creator ?? parts.Creator;
        _passesArguments = creator is not null || parts.InitTakesArguments;
    }

    /// <summary>Workflow type; null for a dynamic workflow.</summary>
    public string? Name { get; }

    /// <summary>Whether it takes all types that no other workflow of the worker is registered for.</summary>
    public bool Dynamic => Name is null;

    /// <summary>The class.</summary>
    public Type Type { get; }

    /// <summary>The method with <see cref="WorkflowRunAttribute"/>.</summary>
    public MethodInfo RunMethod { get; }

    /// <summary>Whether runs can be made of it (an interface only names a workflow).</summary>
    public bool Instantiable => _creator is not null;

    /// <summary>Signal handlers by name.</summary>
    public IReadOnlyDictionary<string, WorkflowSignalDefinition> Signals { get; }

    /// <summary>Query handlers by name.</summary>
    public IReadOnlyDictionary<string, WorkflowQueryDefinition> Queries { get; }

    /// <summary>Update handlers by name.</summary>
    public IReadOnlyDictionary<string, WorkflowUpdateDefinition> Updates { get; }

    /// <summary>Handler of all other signals.</summary>
    public WorkflowSignalDefinition? DynamicSignal { get; }

    /// <summary>Handler of all other queries.</summary>
    public WorkflowQueryDefinition? DynamicQuery { get; }

    /// <summary>Handler of all other updates.</summary>
    public WorkflowUpdateDefinition? DynamicUpdate { get; }

    /// <summary>Exception types that fail the workflow.</summary>
    public Type[]? FailureExceptionTypes { get; }

    /// <summary>How runs move between worker versions.</summary>
    public VersioningBehavior? VersioningBehavior { get; }

    /// <summary>For a dynamic workflow: chooses the options of a run.</summary>
    public Func<object, WorkflowDefinitionOptions>? DynamicOptionsGetter { get; }

    internal HandlerMethod Run { get; }

    /// <summary>Reads a class.</summary>
    /// <typeparam name="T">Class with <see cref="WorkflowAttribute"/>.</typeparam>
    /// <exception cref="ArgumentException">The class is no workflow; the message lists all faults.</exception>
    public static WorkflowDefinition Create<T>() => Create(typeof(T));

    /// <summary>Reads a class.</summary>
    /// <exception cref="ArgumentException">The class is no workflow; the message lists all faults.</exception>
    public static WorkflowDefinition Create(Type type) =>
        Definitions.GetOrAdd(type, static t => Create(t, nameOverride: null, creatorOverride: null));

    /// <summary>Reads a class and registers it under another name, or made in another way.</summary>
    /// <param name="type">Class with <see cref="WorkflowAttribute"/>.</param>
    /// <param name="nameOverride">Workflow type; null: as the attribute says.</param>
    /// <param name="creatorOverride">Makes the workflow object from the run's arguments; null: its constructor.</param>
    /// <exception cref="ArgumentException">The class is no workflow; the message lists all faults.</exception>
    public static WorkflowDefinition Create(Type type, string? nameOverride, Func<object?[], object>? creatorOverride)
    {
        var parts = WorkflowDefinitionParts.Read(type);
        return new(parts, parts.Attribute.Dynamic ? null : nameOverride ?? NameOf(type, parts.Attribute), creatorOverride);
    }

    /// <summary>Makes the workflow object of a run.</summary>
    /// <exception cref="InvalidOperationException">It cannot be instantiated.</exception>
    public object CreateWorkflowInstance(object?[] workflowArguments) =>
        _creator?.Invoke(_passesArguments ? workflowArguments : [])
        ?? throw new InvalidOperationException($"Workflow type {Type} cannot be instantiated.");

    /// <summary>Workflow type of the class that a run method belongs to.</summary>
    internal static string NameOf(MethodInfo runMethod, Type type)
    {
        if (runMethod.GetCustomAttribute<WorkflowRunAttribute>() is null)
        {
            throw new ArgumentException($"{runMethod.DeclaringType}.{runMethod.Name} has no [WorkflowRun] attribute.", nameof(runMethod));
        }

        return Create(type).Name
            ?? throw new ArgumentException($"{type} is a dynamic workflow and cannot be called by lambda.", nameof(type));
    }

    private static string NameOf(Type type, WorkflowAttribute attribute)
    {
        if (attribute.Name is { } given)
        {
            return given;
        }

        var name = type.Name;
        return type.IsInterface && name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name[1..] : name;
    }
}
