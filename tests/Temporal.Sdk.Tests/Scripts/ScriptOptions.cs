using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Orchestrator.Temporal.Sdk.Tests.Scripts;

/// <summary>Options of operations in the SDK's terms.</summary>
internal static class ScriptOptions
{
    public static TimeSpan? Time(object? milliseconds) => milliseconds is double ms ? TimeSpan.FromMilliseconds(ms) : null;

    public static ActivityOptions Activity(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var options = new ActivityOptions
        {
            ActivityId = env.Value(op.GetValueOrDefault("activityId")) as string,
            TaskQueue = env.Value(op.GetValueOrDefault("taskQueue")) as string,
            StartToCloseTimeout = Time(env.Value(op.GetValueOrDefault("startToClose"))),
            ScheduleToCloseTimeout = Time(env.Value(op.GetValueOrDefault("scheduleToClose"))),
            ScheduleToStartTimeout = Time(env.Value(op.GetValueOrDefault("scheduleToStart"))),
            HeartbeatTimeout = Time(env.Value(op.GetValueOrDefault("heartbeat"))),
            Summary = env.Value(op.GetValueOrDefault("summary")) as string,
            RetryPolicy = Retry(op),
            CancellationType = Enumeration(op, "cancellationType", ActivityCancellationType.TryCancel),
            DisableEagerActivityExecution = true,
            Priority = PriorityOf(op),
        };
        if (options.StartToCloseTimeout is null && options.ScheduleToCloseTimeout is null)
        {
            options.StartToCloseTimeout = TimeSpan.FromSeconds(10);
        }

        return options;
    }

    public static LocalActivityOptions LocalActivity(ScriptEnv env, OrderedDictionary<string, object?> op)
    {
        var options = new LocalActivityOptions
        {
            StartToCloseTimeout = Time(env.Value(op.GetValueOrDefault("startToClose"))),
            ScheduleToCloseTimeout = Time(env.Value(op.GetValueOrDefault("scheduleToClose"))),
            ScheduleToStartTimeout = Time(env.Value(op.GetValueOrDefault("scheduleToStart"))),
            LocalRetryThreshold = Time(env.Value(op.GetValueOrDefault("localRetryThreshold"))),
            Summary = env.Value(op.GetValueOrDefault("summary")) as string,
            RetryPolicy = Retry(op),
            CancellationType = Enumeration(op, "cancellationType", ActivityCancellationType.TryCancel),
        };
        if (options.StartToCloseTimeout is null && options.ScheduleToCloseTimeout is null)
        {
            options.StartToCloseTimeout = TimeSpan.FromSeconds(10);
        }

        return options;
    }

    public static ChildWorkflowOptions Child(ScriptEnv env, OrderedDictionary<string, object?> op) =>
        new()
        {
            Id = env.Value(op.GetValueOrDefault("id")) as string ?? env.State.NextChildId(),
            TaskQueue = op.GetValueOrDefault("taskQueue") as string,
            ParentClosePolicy = Enumeration(op, "parentClosePolicy", Temporalio.Workflows.ParentClosePolicy.Terminate),
            CancellationType = Enumeration(op, "cancellationType", ChildWorkflowCancellationType.WaitCancellationCompleted),
            IdReusePolicy = Enumeration(op, "idReusePolicy", WorkflowIdReusePolicy.AllowDuplicate),
            ExecutionTimeout = Time(op.GetValueOrDefault("executionTimeout")),
            RunTimeout = Time(op.GetValueOrDefault("runTimeout")),
            TaskTimeout = Time(op.GetValueOrDefault("taskTimeout")),
            RetryPolicy = Retry(op),
            CronSchedule = op.GetValueOrDefault("cron") as string,
            Memo = Memo(env.Value(op.GetValueOrDefault("memo"))),
            TypedSearchAttributes = Attributes(env.Value(op.GetValueOrDefault("searchAttributes"))),
            StaticSummary = op.GetValueOrDefault("staticSummary") as string,
            StaticDetails = op.GetValueOrDefault("staticDetails") as string,
            Priority = PriorityOf(op),
        };

    public static IReadOnlyDictionary<string, object>? Memo(object? memo) =>
        memo is OrderedDictionary<string, object?> members
            ? members.ToDictionary(m => m.Key, m => (object)ScriptValue.ToRaw(m.Value))
            : null;

    public static SearchAttributeCollection? Attributes(object? attributes)
    {
        if (attributes is not OrderedDictionary<string, object?> members)
        {
            return null;
        }

        var builder = new SearchAttributeCollection.Builder();
        foreach (var (name, attribute) in members)
        {
            var (type, value) = TypeAndValue(attribute);
            _ = type switch
            {
                "TEXT" => builder.Set(SearchAttributeKey.CreateText(name), (string)value!),
                "KEYWORD" => builder.Set(SearchAttributeKey.CreateKeyword(name), (string)value!),
                "INT" => builder.Set(SearchAttributeKey.CreateLong(name), (long)(double)value!),
                "DOUBLE" => builder.Set(SearchAttributeKey.CreateDouble(name), (double)value!),
                "BOOL" => builder.Set(SearchAttributeKey.CreateBool(name), (bool)value!),
                "DATETIME" => builder.Set(SearchAttributeKey.CreateDateTimeOffset(name), TimeOf(value)),
                _ => builder.Set(SearchAttributeKey.CreateKeywordList(name), Texts(value)),
            };
        }

        return builder.ToSearchAttributeCollection();
    }

    public static IEnumerable<SearchAttributeUpdate> AttributeUpdates(OrderedDictionary<string, object?> attributes)
    {
        foreach (var (name, attribute) in attributes)
        {
            var (type, value) = TypeAndValue(attribute);
            yield return type switch
            {
                "TEXT" => Update(SearchAttributeKey.CreateText(name), value, v => (string)v),
                "KEYWORD" => Update(SearchAttributeKey.CreateKeyword(name), value, v => (string)v),
                "INT" => Update(SearchAttributeKey.CreateLong(name), value, v => (long)(double)v),
                "DOUBLE" => Update(SearchAttributeKey.CreateDouble(name), value, v => (double)v),
                "BOOL" => Update(SearchAttributeKey.CreateBool(name), value, v => (bool)v),
                "DATETIME" => Update(SearchAttributeKey.CreateDateTimeOffset(name), value, TimeOf),
                _ => Update(SearchAttributeKey.CreateKeywordList(name), value, Texts),
            };
        }
    }

    public static RetryPolicy? RetryOf(object? retry)
    {
        if (retry is not OrderedDictionary<string, object?> members)
        {
            return null;
        }

        var policy = new RetryPolicy();
        if (Time(members.GetValueOrDefault("initialInterval")) is { } initial)
        {
            policy.InitialInterval = initial;
        }

        if (members.GetValueOrDefault("backoff") is double backoff)
        {
            policy.BackoffCoefficient = (float)backoff;
        }

        policy.MaximumInterval = Time(members.GetValueOrDefault("maximumInterval"));
        policy.MaximumAttempts = members.GetValueOrDefault("maximumAttempts") is double attempts ? (int)attempts : 0;
        policy.NonRetryableErrorTypes = members.GetValueOrDefault("nonRetryableErrorTypes") is List<object?> types
            ? [.. types.Cast<string>()]
            : null;
        return policy;
    }

    public static Priority? PriorityOf(OrderedDictionary<string, object?> op) =>
        op.GetValueOrDefault("priority") is OrderedDictionary<string, object?> p
            ? new(
                p.GetValueOrDefault("priorityKey") is double key ? (int)key : null,
                p.GetValueOrDefault("fairnessKey") as string,
                p.GetValueOrDefault("fairnessWeight") is double weight ? (float)weight : null
            )
            : null;

    public static T Enumeration<T>(OrderedDictionary<string, object?> op, string member, T absent)
        where T : struct, Enum =>
        op.GetValueOrDefault(member) is string name
            ? Enum.Parse<T>(name.Replace("_", string.Empty, StringComparison.Ordinal), ignoreCase: true)
            : absent;

    private static RetryPolicy? Retry(OrderedDictionary<string, object?> op) => RetryOf(op.GetValueOrDefault("retry"));

    private static (string Type, object? Value) TypeAndValue(object? attribute) =>
        attribute is OrderedDictionary<string, object?> members
            ? ((string)members["type"]!, members["value"])
            : throw new InvalidOperationException("no attribute");

    private static SearchAttributeUpdate Update<T>(SearchAttributeKey<T> key, object? value, Func<object, T> convert)
        where T : notnull => value is null ? key.ValueUnset() : key.ValueSet(convert(value));

    private static DateTimeOffset TimeOf(object? value) =>
        DateTimeOffset.Parse(
            (string)value!,
            System.Globalization.CultureInfo.InvariantCulture,
            System.Globalization.DateTimeStyles.AssumeUniversal
        );

    private static IReadOnlyCollection<string> Texts(object? value) => [.. ((List<object?>)value!).Cast<string>()];
}
