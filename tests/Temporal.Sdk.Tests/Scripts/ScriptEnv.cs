using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>What all strands of a script share.</summary>
internal sealed class ScriptState(OrderedDictionary<string, object?> input, string variant, Queue<string>? childIds)
{
    public OrderedDictionary<string, object?> Input => input;

    public string Variant => variant;

    /// <summary>Id of a child that the script gives none; null: generated.</summary>
    public string? NextChildId() => childIds is { Count: > 0 } ? childIds.Dequeue() : null;

    public OrderedDictionary<string, object?> Vars { get; } = [];

    public Dictionary<string, ScriptHandle> Handles { get; } = [];
}

/// <summary>Something that was started, can be awaited and cancelled.</summary>
internal sealed record ScriptHandle(ScriptScope Scope, Step Outcome, Step? Started = null);

/// <summary>Where in a script a strand is; and the values of its expressions.</summary>
internal sealed record ScriptEnv(ScriptState State, ScriptScope Scope)
{
    public string? Handler { get; init; }

    public object? Argument { get; init; } = ScriptValue.Undefined;

    public Exception? Error { get; init; }

    public object? Value(object? expression)
    {
        switch (expression)
        {
            case List<object?> list:
                return list.ConvertAll(Value);
            case OrderedDictionary<string, object?> { Count: 1 } computed when computed.GetAt(0).Key.StartsWith('$'):
                return Compute(computed.GetAt(0).Key, computed.GetAt(0).Value);
            case OrderedDictionary<string, object?> members:
                var values = new OrderedDictionary<string, object?>(members.Count);
                foreach (var (name, member) in members)
                {
                    values[name] = Value(member);
                }

                return values;
            default:
                return expression;
        }
    }

    private static object? Lookup(object? root, object? path)
    {
        if (path is true or "")
        {
            return root;
        }

        var value = root;
        foreach (var key in ((string)path!).Split('.'))
        {
            value = ScriptValue.Member(value, key);
        }

        return value;
    }

    private object? Compute(string name, object? operand)
    {
        switch (name)
        {
            case "$var":
                return Lookup(State.Vars, operand);
            case "$args":
                return Lookup(State.Input.GetValueOrDefault("args", ScriptValue.Undefined), operand);
            case "$arg":
                return Lookup(Argument, operand);
            case "$handler":
                return Handler ?? ScriptValue.Undefined;
            case "$error":
                return ScriptFailures.Describe(Error);
            case "$literal":
                return operand;
            case "$undefined":
                return ScriptValue.Undefined;
            case "$bytes":
                return Convert.FromBase64String((string)operand!);
            case "$repeat":
                return string.Concat(Enumerable.Repeat((string)List(operand)[0]!, (int)(double)List(operand)[1]!));
            case "$eq":
                return ScriptValue.Text(Value(List(operand)[0])) == ScriptValue.Text(Value(List(operand)[1]));
            case "$lt":
                return Value(List(operand)[0]) is double a && Value(List(operand)[1]) is double b && a < b;
            case "$ge":
                return Value(List(operand)[0]) is double c && Value(List(operand)[1]) is double d && c >= d;
            case "$not":
                return !ScriptValue.IsTrue(Value(operand));
            case "$and":
                return List(operand).TrueForAll(e => ScriptValue.IsTrue(Value(e)));
            case "$or":
                return List(operand).Exists(e => ScriptValue.IsTrue(Value(e)));
            case "$add":
                return List(operand).Select(Value).Aggregate(Add);
            case "$len":
                return Value(operand) switch
                {
                    List<object?> list => (double)list.Count,
                    string text => (double)text.Length,
                    _ => 0.0,
                };
            case "$isNull":
                return ScriptValue.IsNothing(Value(operand));
            default:
                return Ask(name, operand);
        }
    }

    private static List<object?> List(object? operand) => (List<object?>)operand!;

    private static object? Add(object? a, object? b) =>
        a is double x && b is double y ? x + y : $"{a as string ?? ScriptValue.Text(a)}{b as string ?? ScriptValue.Text(b)}";

    private static object? Ask(string name, object? operand) =>
        name switch
        {
            "$uuid" => Workflow.NewGuid().ToString(),
            "$random" => Workflow.Random.NextDouble(),
            "$now" => Math.Floor((Workflow.UtcNow - DateTime.UnixEpoch).TotalMilliseconds),
            "$allHandlersFinished" => Workflow.AllHandlersFinished,
            "$replaying" => Workflow.Unsafe.IsReplaying,
            "$currentDetails" => Workflow.CurrentDetails,
            "$updateInfo" => Workflow.CurrentUpdateInfo is { } update
                ? new OrderedDictionary<string, object?> { ["id"] = update.Id, ["name"] = update.Name }
                : null,
            "$info" => Info(operand),
            _ => throw new InvalidOperationException($"unknown expression {name}"),
        };

    private static object? Info(object? field)
    {
        var i = Workflow.Info;
        var all = new OrderedDictionary<string, object?>
        {
            ["workflowId"] = i.WorkflowId,
            ["runId"] = i.RunId,
            ["workflowType"] = i.WorkflowType,
            ["taskQueue"] = i.TaskQueue,
            ["namespace"] = i.Namespace,
            ["attempt"] = (double)i.Attempt,
            ["firstExecutionRunId"] = i.FirstExecutionRunId,
            ["continuedFromExecutionRunId"] = i.ContinuedRunId,
            ["executionTimeoutMs"] = i.ExecutionTimeout?.TotalMilliseconds,
            ["runTimeoutMs"] = i.RunTimeout?.TotalMilliseconds,
            ["taskTimeoutMs"] = i.TaskTimeout.TotalMilliseconds,
            ["cronSchedule"] = i.CronSchedule,
            ["historyLength"] = (double)Workflow.CurrentHistoryLength,
            ["continueAsNewSuggested"] = Workflow.ContinueAsNewSuggested,
            ["parent"] = i.Parent is { } p
                ? new OrderedDictionary<string, object?>
                {
                    ["workflowId"] = p.WorkflowId,
                    ["runId"] = p.RunId,
                    ["namespace"] = p.Namespace,
                }
                : null,
            ["root"] = i.Root is { } r
                ? new OrderedDictionary<string, object?> { ["workflowId"] = r.WorkflowId, ["runId"] = r.RunId }
                : null,
            ["memo"] = Members(Workflow.Memo.Select(m => KeyValuePair.Create(m.Key, ScriptValue.Parse(m.Value.Payload)))),
            ["lastResult"] = i.LastResult is { Count: > 0 } last ? ScriptValue.Parse(last.First().Payload) : null,
            ["lastFailure"] = i.LastFailure?.Message,
            ["searchAttributes"] = Members(
                Workflow.TypedSearchAttributes.UntypedValues.Select(a => KeyValuePair.Create(a.Key.Name, Attribute(a.Value)))
            ),
            ["retry"] = i.RetryPolicy is { } policy
                ? new OrderedDictionary<string, object?>
                {
                    ["maximumAttempts"] = policy.MaximumAttempts == 0 ? null : (double)policy.MaximumAttempts,
                }
                : null,
            ["priority"] = PriorityOf(i.Priority),
        };
        return field is true ? all
            : all.TryGetValue((string)field!, out var value) ? value
            : throw new InvalidOperationException($"unknown info field {field}");
    }

    private static OrderedDictionary<string, object?> Members(IEnumerable<KeyValuePair<string, object?>> members) => new(members);

    internal static OrderedDictionary<string, object?> PriorityOf(Priority? priority) =>
        priority is null || priority == Priority.Default
            ? []
            : new()
            {
                ["priorityKey"] = (double)(priority.PriorityKey ?? 0),
                ["fairnessKey"] = priority.FairnessKey ?? string.Empty,
                ["fairnessWeight"] = (double)(priority.FairnessWeight ?? 0),
            };

    internal static object? Attribute(object value) =>
        value switch
        {
            DateTimeOffset time => time.UtcDateTime.ToString(
                "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
                System.Globalization.CultureInfo.InvariantCulture
            ),
            IReadOnlyCollection<string> texts => texts.Select(t => (object?)t).ToList(),
            long number => (double)number,
            _ => value,
        };
}
