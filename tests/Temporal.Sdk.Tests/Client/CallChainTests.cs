using System.Reflection;
using Temporalio.Client;
using Temporalio.Client.Interceptors;
using Xunit;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

/// <summary>The classes at the end of the chain of interceptors share all calls: what none makes would go round for ever.</summary>
public sealed class CallChainTests
{
    private static readonly Type[] Links = [typeof(WorkflowCalls), typeof(UpdateCalls), typeof(AsyncActivityCalls), typeof(ScheduleCalls)];

    [Fact]
    public void EachCall_IsMadeByOneClass()
    {
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly;
        var made = Links.SelectMany(link => link.GetMethods(Own)).Where(m => m.GetBaseDefinition() != m).Select(m => m.Name);

        var calls = typeof(ClientOutboundInterceptor).GetMethods(Own).Where(m => m.IsVirtual).Select(m => m.Name);

        Assert.Equal(calls.Order(StringComparer.Ordinal), made.Order(StringComparer.Ordinal));
    }
}
