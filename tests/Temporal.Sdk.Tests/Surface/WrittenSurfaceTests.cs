using System.Reflection;
using System.Runtime.CompilerServices;
using Temporalio.Client;
using Temporalio.Client.Interceptors;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Worker.Interceptors;

namespace Orchestrator.Temporal.Sdk.Tests.Surface;

/// <summary>
/// Accessibility, <c>virtual</c>, <c>sealed</c> and nullability of our public SDK are looked at before they change:
/// <c>APPROVE_SURFACE=1</c> writes them anew. What code against the official SDK rests on is said in rules of its own.
/// </summary>
public sealed class WrittenSurfaceTests
{
    // Made of an official one and replaced by users, or by their tests, in part.
    private static readonly Type[] Replaced =
    [
        typeof(TemporalClient),
        typeof(WorkflowHandle),
        typeof(ClientOutboundInterceptor),
        typeof(ActivityInboundInterceptor),
        typeof(ActivityOutboundInterceptor),
        typeof(WorkflowInboundInterceptor),
        typeof(WorkflowOutboundInterceptor),
        typeof(DefaultPayloadConverter),
        typeof(DefaultFailureConverter),
        typeof(TemporalException),
        typeof(FailureException),
        typeof(TemporalWorker),
        typeof(WorkflowReplayer),
    ];

    private static string RecordedFile { get; } = Path.Combine(Path.GetDirectoryName(ThisFile())!, "surface.txt");

    private static IEnumerable<Type> Types => SurfaceTests.OurTypes();

    [Fact]
    public void Surface_WithModifiersAndNullability_IsAsRecorded()
    {
        var written = WrittenSurface.Write(Types);
        if (Environment.GetEnvironmentVariable("APPROVE_SURFACE") == "1")
        {
            File.WriteAllText(RecordedFile, written);
        }

        var recorded = File.ReadAllLines(RecordedFile);
        var lines = written.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, line => line.Contains("Task<WorkflowExecutionDescription> DescribeAsync", StringComparison.Ordinal));
        Assert.Equal([], lines.Except(recorded, StringComparer.Ordinal));
        Assert.Equal([], recorded.Except(lines, StringComparer.Ordinal));
    }

    /// <summary>A reference that is null unless something is said must say that it may be null: else each caller is warned.</summary>
    [Fact]
    public void Parameters_NullByDefault_AreAnnotated()
    {
        var context = new NullabilityInfoContext();
        var faults =
            from type in Types
            from method in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .OfType<MethodBase>()
            from parameter in method.GetParameters()
            where parameter is { HasDefaultValue: true, DefaultValue: null, ParameterType.IsValueType: false }
            where context.Create(parameter).WriteState != NullabilityState.Nullable && !parameter.ParameterType.IsGenericParameter
            select $"{type.Name}.{method.Name}: {parameter.Name}";

        Assert.Equal([], faults);
    }

    /// <summary>Options are copied as what they are: a derived one's copy is a derived one.</summary>
    [Fact]
    public void Clone_OfOptions_CanBeOverridden()
    {
        var faults = Types
            .Where(type =>
                type is { IsClass: true, IsSealed: false }
                && type.GetMethod("Clone", Type.EmptyTypes) is { } clone
                && !WrittenSurface.IsOpen(clone)
            )
            .Select(type => type.FullName);

        Assert.Equal([], faults);
    }

    [Fact]
    public void Classes_ThatUsersReplaceInPart_AreOpen()
    {
        var faults = Replaced.Where(type => type.IsSealed).Select(type => type.Name);
        Assert.Equal([], faults);
        var interceptors = Replaced.Where(type => type.Name.EndsWith("Interceptor", StringComparison.Ordinal));
        Assert.Equal(
            [],
            interceptors
                .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                .Where(method => !method.IsSpecialName && !WrittenSurface.IsOpen(method))
                .Select(method => $"{method.DeclaringType!.Name}.{method.Name}")
        );
    }

    /// <summary>
    /// Failures that come from a server are made by the SDK; a user throws an <see cref="ApplicationFailureException" />.
    /// </summary>
    [Fact]
    public void ConstructorsOfFailures_OtherThanThoseForUsers_ArePublicNowhere()
    {
        Type[] forUsers =
        [
            typeof(ApplicationFailureException),
            typeof(WorkflowAlreadyStartedException),
            typeof(ScheduleAlreadyRunningException),
        ];
        var faults = Types
            .Where(type => typeof(FailureException).IsAssignableFrom(type))
            .SelectMany(type => type.GetConstructors())
            .Where(constructor =>
                !forUsers.Contains(constructor.DeclaringType)
                || constructor.GetParameters().Any(parameter => parameter.ParameterType.Name == "Failure")
            )
            .Select(constructor => constructor.DeclaringType!.Name);

        Assert.Equal([], faults);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
