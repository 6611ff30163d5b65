using System.Reflection;
using Temporalio.Converters;

namespace Temporalio.Workflows;

/// <summary>What reflection finds on a workflow class.</summary>
internal sealed class WorkflowDefinitionParts
{
    private readonly List<string> _faults = [];
    private readonly Dictionary<string, WorkflowSignalDefinition> _signals = [];
    private readonly Dictionary<string, WorkflowQueryDefinition> _queries = [];
    private readonly Dictionary<string, WorkflowUpdateDefinition> _updates = [];

    private WorkflowDefinitionParts(Type type, WorkflowAttribute attribute) => (Type, Attribute, RunMethod) = (type, attribute, null!);

    public Type Type { get; }

    public WorkflowAttribute Attribute { get; }

    public MethodInfo RunMethod { get; private set; }

    public Func<object?[], object>? Creator { get; private set; }

    public bool InitTakesArguments { get; private set; }

    public IReadOnlyDictionary<string, WorkflowSignalDefinition> Signals => _signals;

    public IReadOnlyDictionary<string, WorkflowQueryDefinition> Queries => _queries;

    public IReadOnlyDictionary<string, WorkflowUpdateDefinition> Updates => _updates;

    public WorkflowSignalDefinition? DynamicSignal { get; private set; }

    public WorkflowQueryDefinition? DynamicQuery { get; private set; }

    public WorkflowUpdateDefinition? DynamicUpdate { get; private set; }

    public Func<object, WorkflowDefinitionOptions>? DynamicOptionsGetter { get; private set; }

    public static WorkflowDefinitionParts Read(Type type)
    {
        var attribute =
            type.GetCustomAttribute<WorkflowAttribute>(inherit: false)
            ?? throw new ArgumentException($"{type} has no [Workflow] attribute.", nameof(type));
        var parts = new WorkflowDefinitionParts(type, attribute);
        parts.ReadMembers();
        parts.ReadConstructors();
        return parts._faults.Count == 0
            ? parts
            : throw new ArgumentException($"{type} cannot be a workflow: {string.Join("; ", parts._faults)}.", nameof(type));
    }

    private void ReadMembers()
    {
        if (Attribute is { Dynamic: true, Name: not null })
        {
            _faults.Add($"it cannot be dynamic and have the name '{Attribute.Name}'");
        }

        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;
        var methods = Type.GetMethods(All).Where(m => m.DeclaringType != typeof(object)).ToList();
        var validators = new Dictionary<string, MethodInfo>(StringComparer.Ordinal);
        foreach (var method in methods)
        {
            if (
                method.GetCustomAttribute<WorkflowUpdateValidatorAttribute>(inherit: false) is { } validates
                && Usable(method, "WorkflowUpdateValidator")
                && !validators.TryAdd(validates.UpdateMethod, method)
            )
            {
                _faults.Add(
                    $"update method '{validates.UpdateMethod}' has two validators, {validators[validates.UpdateMethod].Name} and "
                        + $"{method.Name}"
                );
            }
        }

        foreach (var method in methods)
        {
            ReadMethod(method, validators);
        }

        foreach (var (name, method) in validators)
        {
            _faults.Add($"validator {method.Name} names the update method '{name}', which does not exist");
        }

        foreach (var property in Type.GetProperties(All))
        {
            if (property.GetCustomAttribute<WorkflowQueryAttribute>(inherit: false) is not null)
            {
                AddQuery(() => WorkflowQueryDefinition.FromProperty(property));
            }
        }

        if (RunMethod is null)
        {
            _faults.Add("it has no public method with [WorkflowRun]");
        }
    }

    private void ReadMethod(MethodInfo method, Dictionary<string, MethodInfo> validators)
    {
        if (method.GetCustomAttribute<WorkflowRunAttribute>(inherit: false) is not null && Usable(method, "WorkflowRun"))
        {
            ReadRun(method);
        }

        if (method.GetCustomAttribute<WorkflowSignalAttribute>(inherit: false) is not null && Usable(method, "WorkflowSignal"))
        {
            Try(
                () => WorkflowSignalDefinition.FromMethod(method),
                d => Add(_signals, d.Name, d, () => DynamicSignal, () => DynamicSignal = d, "signal")
            );
        }

        if (method.GetCustomAttribute<WorkflowQueryAttribute>(inherit: false) is not null && Usable(method, "WorkflowQuery"))
        {
            AddQuery(() => WorkflowQueryDefinition.FromMethod(method));
        }

        if (method.GetCustomAttribute<WorkflowUpdateAttribute>(inherit: false) is not null && Usable(method, "WorkflowUpdate"))
        {
            validators.Remove(method.Name, out var validator);
            Try(
                () => WorkflowUpdateDefinition.FromMethod(method, validator),
                d => Add(_updates, d.Name, d, () => DynamicUpdate, () => DynamicUpdate = d, "update")
            );
        }

        if (
            method.GetCustomAttribute<WorkflowDynamicOptionsAttribute>(inherit: false) is not null
            && Usable(method, "WorkflowDynamicOptions")
        )
        {
            if (method.ReturnType == typeof(WorkflowDefinitionOptions) && method.GetParameters().Length == 0)
            {
                DynamicOptionsGetter = instance =>
                    (WorkflowDefinitionOptions)
                        method.Invoke(instance, BindingFlags.DoNotWrapExceptions, binder: null, parameters: null, culture: null)!;
            }
            else
            {
                _faults.Add($"{method.Name} with [WorkflowDynamicOptions] must return WorkflowDefinitionOptions and take nothing");
            }
        }
    }

    private void ReadRun(MethodInfo method)
    {
        if (RunMethod is not null)
        {
            _faults.Add($"both {RunMethod.Name} and {method.Name} have [WorkflowRun]");
        }

        if (!typeof(Task).IsAssignableFrom(method.ReturnType))
        {
            _faults.Add($"{method.Name} with [WorkflowRun] must return a Task");
        }

        if (Attribute.Dynamic && !method.GetParameters().Select(p => p.ParameterType).SequenceEqual([typeof(IRawValue[])]))
        {
            _faults.Add($"{method.Name} runs a dynamic workflow: its one parameter must be IRawValue[]");
        }

        RunMethod = method;
    }

    private void ReadConstructors()
    {
        if (Type.IsInterface || Type.IsAbstract)
        {
            return;
        }

        var constructors = Type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance);
        var init = constructors.Where(c => c.GetCustomAttribute<WorkflowInitAttribute>() is not null).ToList();
        if (init.Count > 1)
        {
            _faults.Add("more than one constructor has [WorkflowInit]");
            return;
        }

        if (init is [var chosen])
        {
            if (
                !chosen.IsPublic
                || (
                    RunMethod is not null
                    && !chosen
                        .GetParameters()
                        .Select(p => p.ParameterType)
                        .SequenceEqual(RunMethod.GetParameters().Select(p => p.ParameterType))
                )
            )
            {
                _faults.Add("the constructor with [WorkflowInit] must be public and take the parameters of the run method");
                return;
            }

            InitTakesArguments = true;
        }

        var constructor = init.FirstOrDefault() ?? constructors.FirstOrDefault(c => c.IsPublic && c.GetParameters().Length == 0);
        if (constructor is not null)
        {
            Creator = arguments => constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        }
    }

    private bool Usable(MethodInfo method, string attribute)
    {
        if (method is { IsPublic: true, IsStatic: false, ContainsGenericParameters: false })
        {
            return true;
        }

        _faults.Add($"{method.Name} with [{attribute}] must be public, not static and not generic");
        return false;
    }

    private void AddQuery(Func<WorkflowQueryDefinition> read) =>
        Try(read, d => Add(_queries, d.Name, d, () => DynamicQuery, () => DynamicQuery = d, "query"));

    private void Try<T>(Func<T> read, Action<T> add)
    {
        try
        {
            add(read());
        }
        catch (ArgumentException e)
        {
            _faults.Add(e.Message);
        }
    }

    private void Add<T>(Dictionary<string, T> named, string? name, T definition, Func<T?> dynamic, Action setDynamic, string kind)
        where T : class
    {
        if (name is null)
        {
            if (dynamic() is not null)
            {
                _faults.Add($"it has more than one dynamic {kind} handler");
            }

            setDynamic();
        }
        else if (!named.TryAdd(name, definition))
        {
            _faults.Add($"it has more than one handler of the {kind} '{name}'");
        }
    }
}
