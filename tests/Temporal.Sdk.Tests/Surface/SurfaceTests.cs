using System.Text.RegularExpressions;
using Temporalio.Client;
using Xunit.Abstractions;

namespace Orchestrator.Temporal.Sdk.Tests.Surface;

public partial class SurfaceTests(ITestOutputHelper output)
{
    // What the design leaves out: Nexus, cloud operations, standalone activities, build id operations, plugins, the native bridge.
    [GeneratedRegex(
        @"Nexus|CloudService|BuildIdOp|BuildIdVersion|BuildIdReachability|TaskReachability|WorkerBuildId"
            + @"|Plugin|Bridge|ServiceHandlerInstance"
            + @"|\bActivityHandle|ActivityExecutionCount|ActivityExecutionDescription|ActivityList"
            + @"|ActivityCountOptions|ActivityDescribeOptions|ActivityCancelOptions|ActivityTerminateOptions"
            + @"|StartActivityOptions|\bActivityExecution\b|Interceptors\.\w*(Start|Cancel|Describe"
            + @"|Terminate)ActivityInput|\b(Start|Cancel|Describe|Terminate)ActivityInput|CountActivities|ListActivities"
            + @"|ActivityAlreadyStartedException|ActivityFailedException",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex NotNeeded { get; }

    [Fact]
    public void PublicTypes_ComparedWithOfficialList_HaveNothingElseAndNoOtherShape()
    {
        var official = OfficialSurface.Load();
        var faults = Ours().SelectMany(ours => Faults(ours, official)).ToArray();
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    [Fact]
    public void OfficialList_ComparedWithPublicTypes_IsCoveredForThePartNeeded()
    {
        var ours = Ours().ToDictionary(type => type.Name, StringComparer.Ordinal);
        var needed = 0;
        var missing = new List<string>();
        foreach (
            var type in OfficialSurface
                .Load()
                .Values.Where(type =>
                    !NotNeeded.IsMatch(type.Name) && !type.Name.StartsWith("Temporalio.Testing.", StringComparison.Ordinal)
                )
        )
        {
            var own = ours.GetValueOrDefault(type.Name);
            foreach (var member in type.Members.Where(member => !NotNeeded.IsMatch(member)))
            {
                needed++;
                if (own is null || !own.Members.Contains(member))
                {
                    missing.Add($"{type.Name}: {member}");
                }
            }
        }

        output.WriteLine($"{needed - missing.Count} of {needed} members ({100.0 * (needed - missing.Count) / needed:F1} %)");
        Assert.True(needed > 1500, "The list was not read.");
        Assert.Equal([], missing.Where(member => !MissingMembers.Allowed.Keys.Any(name => IsNamed(member, name))));
        Assert.Equal([], MissingMembers.Allowed.Keys.Where(name => !missing.Exists(member => IsNamed(member, name))));
    }

    private static bool IsNamed(string member, string name) => member.StartsWith(name, StringComparison.Ordinal);

    [Fact]
    public void Comparison_OfATypeThatIsNotInTheList_FindsIt()
    {
        var official = OfficialSurface.Load();
        var real = PublicSurface.Of(typeof(RpcOptions));
        Assert.Empty(Faults(real, official));
        Assert.NotEmpty(Faults(real with { Name = "Temporalio.Client.Invented" }, official));
        Assert.NotEmpty(Faults(real with { Members = [.. real.Members, "void Invented()"] }, official));
        Assert.NotEmpty(Faults(real with { Kind = "interface" }, official));
        Assert.NotEmpty(Faults(real with { Bases = ["IDisposable"] }, official));
    }

    private static IEnumerable<TypeSurface> Ours() => OurTypes().Select(PublicSurface.Of);

    /// <summary>The public types of our SDK that the list is about.</summary>
    internal static IEnumerable<Type> OurTypes() =>
        new[] { typeof(TemporalClient).Assembly, typeof(Temporalio.Testing.WorkflowEnvironment).Assembly }
            .SelectMany(assembly => assembly.GetExportedTypes())
            // The list names the runtime where options have one, and leaves its own types out.
            .Where(type =>
                (type.Namespace?.StartsWith("Temporalio", StringComparison.Ordinal) ?? false) && type.Namespace != "Temporalio.Runtime"
            );

    private static IEnumerable<string> Faults(TypeSurface ours, IReadOnlyDictionary<string, TypeSurface> official)
    {
        if (!official.TryGetValue(ours.Name, out var theirs))
        {
            yield return $"{ours.Name} is not in the list";
            yield break;
        }

        if (ours.Kind != theirs.Kind)
        {
            yield return $"{ours.Name} is a {ours.Kind}, in the list a {theirs.Kind}";
        }

        // Every record can be compared with itself; the list leaves that out for a type with two parameters.
        var self = $"IEquatable<{ours.Name[(ours.Name.IndexOf(".Client.", StringComparison.Ordinal) + ".Client.".Length)..]}>";
        foreach (var parent in ours.Bases.Except(theirs.Bases, StringComparer.Ordinal).Where(parent => parent != self))
        {
            yield return $"{ours.Name} derives from {parent}, in the list from {string.Join(", ", theirs.Bases)}";
        }

        foreach (var member in ours.Members.Except(theirs.Members, StringComparer.Ordinal))
        {
            yield return $"{ours.Name} has '{member}'{Similar(member, theirs)}";
        }
    }

    private static string Similar(string member, TypeSurface theirs)
    {
        var name = MemberName.Match(member).Value;
        var similar = theirs.Members.Where(candidate => MemberName.Match(candidate).Value == name).ToArray();
        return similar.Length == 0 ? ", which the list does not" : $"; in the list it is '{string.Join("' or '", similar)}'";
    }

    [GeneratedRegex(@"[\w.]+(?=(<[^()]*>)?\(| \{|$)", RegexOptions.CultureInvariant)]
    private static partial Regex MemberName { get; }
}
