using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Orchestrator.Messages;
using Orchestrator.Usage;
using Temporalio.Activities;
using Temporalio.Workflows;
using Xunit;

namespace Orchestrator.Workflows.Tests.Messages;

/// <summary>
/// The serialized form of everything that crosses Temporal: inputs and results of workflows, activities, signals, queries and updates. The
/// next version must be able to read the history of an open run, so a change here needs a review. <c>APPROVE_MESSAGES=1</c> rewrites the
/// approved form.
/// </summary>
public sealed class SerializedFormTests
{
    private static string ApprovedFile { get; } = Path.Combine(Path.GetDirectoryName(ThisFile())!, "SerializedForm.txt");

    private static Dictionary<Type, string> Kinds { get; } =
        StatusReasonJsonConverter.Kinds.ToDictionary(kind => StatusReasonJsonConverter.TypeOf(kind)!);

    /// <summary>Types that were renamed after the form was approved. The file keeps their former names, because the wire form did not
    /// change.</summary>
    private static readonly Dictionary<Type, string> FormerNames = new()
    {
        [typeof(AccountBackoff)] = "AccountPark",
        [typeof(AccountInBackoffStartDelayCause)] = "Blocked",
        [typeof(EndedAgentRunUsage)] = "RunEnd",
        [typeof(SuggestedCommand)] = "AnswerWay",
        [typeof(BudgetCap)] = "Cap",
        [typeof(BudgetCapKind)] = "CapKind",
        [typeof(BudgetExhaustedAdmissionDecision)] = "Ask",
        [typeof(HoldSlotInput)] = "HoldPlaceInput",
        [typeof(IHostSlotActivities)] = "IPlaceActivities",
        [typeof(NoFreeSlotStartDelayCause)] = "NoSlot",
        [typeof(RaisedBudgetCap)] = "RaisedCap",
        [typeof(AgentRunReservationHolderProcess)] = "Holder",
        [typeof(BudgetScopeSpending)] = "Spent",
        [typeof(AgentStartDelayCause)] = "WaitCause",
        [typeof(AgentStartDelayedDecision)] = "Wait",
        [typeof(UsageWindowNearlyFullStartDelayCause)] = "NearlyFull",
        [typeof(UsageWindowReport)] = "SeenWindow",
        [typeof(QueuedAgentStart)] = "Waiter",
    };

    [Fact]
    public void Messages_AllThatCrossTemporal_AreWrittenAsApproved()
    {
        var form = Describe();
        if (Environment.GetEnvironmentVariable("APPROVE_MESSAGES") == "1")
        {
            File.WriteAllText(ApprovedFile, form);
        }

        Assert.Contains("OrchestrationInput", form, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(ApprovedFile), form);
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        var types = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        var contracts = typeof(OrchestrationInput).Assembly.GetTypes().Where(t => t.IsInterface && Calls(t).Any());
        foreach (var contract in contracts.OrderBy(NameOf, StringComparer.Ordinal))
        {
            text.AppendLine(NameOf(contract));
            foreach (var call in Calls(contract).OrderBy(m => m.Name, StringComparer.Ordinal))
            {
                var parameters = call.GetParameters().Select(p => $"{NameOf(p.ParameterType, types)} {p.Name}");
                text.AppendLine($"  {call.Name}({string.Join(", ", parameters)}): {NameOf(ResultOf(call), types)}");
            }
        }
        for (var done = new HashSet<string>(); types.Keys.FirstOrDefault(name => !done.Contains(name)) is { } next; done.Add(next))
        {
            Members(types[next], types);
        }
        foreach (var type in types.Values.ToList())
        {
            text.AppendLine().AppendLine(NameOf(type));
            foreach (var line in Members(type, types))
            {
                text.AppendLine($"  {line}");
            }
        }
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static List<string> Members(Type type, SortedDictionary<string, Type> types)
    {
        var options = PayloadJsonOptions.Options;
        if (type.IsEnum)
        {
            return [.. Enum.GetValues(type).Cast<object>().Select(value => $"{value} = {JsonSerializer.Serialize(value, type, options)}")];
        }
        return
        [
            .. options
                .GetTypeInfo(type)
                .Properties.Select(p => $"{p.Name}: {NameOf(p.PropertyType, types)}{(p.IsRequired ? " required" : "")}")
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The type as a reader of the file knows it; a type of ours is described, too.</summary>
    private static string NameOf(Type type, SortedDictionary<string, Type> types)
    {
        if (type.IsGenericType)
        {
            var arguments = string.Join(", ", type.GetGenericArguments().Select(t => NameOf(t, types)));
            return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{arguments}>";
        }
        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType()!, types)}[]";
        }
        if (type.Namespace?.StartsWith("Orchestrator", StringComparison.Ordinal) == true)
        {
            types[NameOf(type)] = type;
            foreach (var kind in type.IsAbstract ? type.Assembly.GetTypes().Where(other => other.IsSubclassOf(type)) : [])
            {
                types[NameOf(kind)] = kind;
            }
        }
        return NameOf(type);
    }

    // A reason goes by its kind, which is what JSON has of its name.
    private static string NameOf(Type type) =>
        Kinds.TryGetValue(type, out var kind)
            ? string.Concat(kind.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]))
            : FormerNames.GetValueOrDefault(type, type.Name);

    private static Type ResultOf(MethodInfo call)
    {
        var result = call.ReturnType;
        return result == typeof(Task) ? typeof(void)
            : result.IsGenericType && result.GetGenericTypeDefinition() == typeof(Task<>) ? result.GetGenericArguments()[0]
            : result;
    }

    private static IEnumerable<MethodInfo> Calls(Type contract) =>
        contract
            .GetMethods()
            .Where(m =>
                m.IsDefined(typeof(ActivityAttribute))
                || m.IsDefined(typeof(WorkflowRunAttribute))
                || m.IsDefined(typeof(WorkflowQueryAttribute))
                || m.IsDefined(typeof(WorkflowSignalAttribute))
                || m.IsDefined(typeof(WorkflowUpdateAttribute))
            );

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
