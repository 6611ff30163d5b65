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
            ?? throw new ArgumentException($"{type} missing Workflow attribute.", nameof(type));
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
            _faults.Add($"it has a custom name for dynamic workflow, '{Attribute.Name}'");
        }

        if (Attribute.Name?.StartsWith(HandlerRules.ReservedPrefix, StringComparison.Ordinal) is true)
        {
            _faults.Add($"Workflow name {Attribute.Name} cannot start with {HandlerRules.ReservedPrefix}");
        }

        if (Type.IsGenericType)
        {
            _faults.Add("it has generic type arguments");
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
                    $"it has more than one update validator for update method {validates.UpdateMethod}: "
                        + $"{validators[validates.UpdateMethod].Name} and {method.Name}"
                );
            }
        }

        foreach (var method in methods)
        {
            ReadMethod(method, validators);
            CheckOverride<WorkflowRunAttribute>(method, "WorkflowRun");
            CheckOverride<WorkflowSignalAttribute>(method, "WorkflowSignal");
            CheckOverride<WorkflowQueryAttribute>(method, "WorkflowQuery");
            CheckOverride<WorkflowUpdateAttribute>(method, "WorkflowUpdate");
        }

        foreach (var (name, method) in validators)
        {
            _faults.Add($"Cannot find update method named {name} for WorkflowUpdateValidator on {method}");
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
            _faults.Add("it does not have a valid WorkflowRun method");
        }
    }

    private void ReadMethod(MethodInfo method, Dictionary<string, MethodInfo> validators)
    {
        if (method.GetCustomAttribute<WorkflowRunAttribute>(inherit: false) is not null)
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
            if (!Attribute.Dynamic)
            {
                _faults.Add($"WorkflowDynamicOptions on {method} can only be used in dynamic workflows");
            }

            if (DynamicOptionsGetter is not null)
            {
                _faults.Add("WorkflowDynamicOptions cannot be used more than once");
            }

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
        (bool Wrong, string Fault)[] rules =
        [
            (method.IsStatic, $"WorkflowRun on static {method}"),
            (!method.IsPublic, $"WorkflowRun on non-public {method}"),
            (method.ContainsGenericParameters, $"{method} with WorkflowRun contains generic parameters"),
            (
                method.DeclaringType != Type,
                $"WorkflowRun method {method} must be declared on {Type}, not inherited from {method.DeclaringType}"
            ),
            (RunMethod is not null, $"WorkflowRun on multiple methods: {RunMethod} and {method}"),
            (!typeof(Task).IsAssignableFrom(method.ReturnType), $"WorkflowRun method {method} must return an instance of Task"),
            (
                Attribute.Dynamic && !method.GetParameters().Select(p => p.ParameterType).SequenceEqual([typeof(IRawValue[])]),
                $"WorkflowRun method {method} for dynamic workflow must accept an array of IRawValue"
            ),
        ];
        _faults.AddRange(rules.Where(rule => rule.Wrong).Select(rule => rule.Fault));

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
            _faults.Add("WorkflowInit on multiple constructors");
            return;
        }

        if (init is [var chosen])
        {
            if (!chosen.IsPublic)
            {
                _faults.Add($"WorkflowInit on non-public constructor {chosen}");
                return;
            }

            if (
                RunMethod is not null
                && !chosen
                    .GetParameters()
                    .Select(p => p.ParameterType)
                    .SequenceEqual(RunMethod.GetParameters().Select(p => p.ParameterType))
            )
            {
                _faults.Add($"WorkflowRun method {RunMethod} must match parameter types of WorkflowInit constructor {chosen}");
                return;
            }

            InitTakesArguments = true;
        }

        var constructor = init.FirstOrDefault() ?? constructors.FirstOrDefault(c => c.IsPublic && c.GetParameters().Length == 0);
        if (constructor is null && Type.IsValueType)
        {
            Creator = _ => Activator.CreateInstance(Type)!;
        }
        else if (constructor is not null)
        {
            Creator = arguments => constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        }
    }

    private bool Usable(MethodInfo method, string attribute)
    {
        (bool Wrong, string Fault)[] rules =
        [
            (!method.IsPublic, $"{attribute} method {method} must be public"),
            (method.IsStatic, $"{attribute} method {method} cannot be static"),
            (method.ContainsGenericParameters, $"{method} with {attribute} contains generic parameters"),
        ];
        var faults = rules.Where(rule => rule.Wrong).Select(rule => rule.Fault).ToList();
        _faults.AddRange(faults);
        return faults.Count == 0;
    }

    /// <summary>What a base class marks is marked on the override, too: which of them counts must be seen where the code is.</summary>
    private void CheckOverride<TAttribute>(MethodInfo method, string attribute)
        where TAttribute : Attribute
    {
        if (
            method.GetCustomAttribute<TAttribute>(inherit: false) is null
            && method.GetBaseDefinition() is var declared
            && declared != method
            && method.GetCustomAttributes(typeof(TAttribute), inherit: true).Length
                + declared.GetCustomAttributes(typeof(TAttribute), inherit: false).Length
                > 0
        )
        {
            _faults.Add($"{attribute} on {declared} but not override in {method.DeclaringType}");
        }
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
                _faults.Add($"it has more than one dynamic {kind}");
            }

            setDynamic();
        }
        else if (!named.TryAdd(name, definition))
        {
            _faults.Add($"it has more than one {kind} named {name}");
        }
    }
}
