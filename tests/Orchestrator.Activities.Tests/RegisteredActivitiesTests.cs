using System.Reflection;
using Orchestrator.Messages;
using Temporalio.Activities;
using Xunit;

namespace Orchestrator.Activities.Tests;

/// <summary>
/// Every activity that workflows call must be registered. A worker registers only methods with the attribute, and a missing activity is
/// retried forever.
/// </summary>
public sealed class RegisteredActivitiesTests
{
    private static readonly Type[] Implementations = typeof(RunActivities).Assembly.GetTypes().Where(type => type.IsClass).ToArray();

    public static TheoryData<string> Activities =>
        new(
            typeof(IRunActivities)
                .Assembly.GetTypes()
                .Where(type => type.IsInterface)
                .SelectMany(type => type.GetMethods())
                .Where(method => method.GetCustomAttribute<ActivityAttribute>() is not null)
                .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}")
        );

    [Theory]
    [MemberData(nameof(Activities))]
    public void ActivityOfTheContracts_IsTakenUpByAWorker(string activity)
    {
        var contract = typeof(IRunActivities).Assembly.GetType(activity[..activity.LastIndexOf('.')], throwOnError: true)!;
        var implementation = Assert.Single(Implementations, type => type.IsAssignableTo(contract));
        var map = implementation.GetInterfaceMap(contract);
        var method = map.TargetMethods[Array.FindIndex(map.InterfaceMethods, m => m.Name == activity[(activity.LastIndexOf('.') + 1)..])];

        Assert.NotNull(method.GetCustomAttribute<ActivityAttribute>());
    }
}
