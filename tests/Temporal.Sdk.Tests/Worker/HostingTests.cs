using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Temporal.Sdk.Tests.Client;
using Orchestrator.TestKit;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Extensions.Hosting;

namespace Orchestrator.Temporal.Sdk.Tests.Worker;

public sealed class HostingTests(TestServer server) : IClassFixture<TestServer>
{
    public sealed class Greeting
    {
        public Guid Id { get; } = Guid.NewGuid();
    }

    public sealed class GreetingActivities(Greeting greeting, IServiceProvider provider)
    {
        [Activity]
        public string Greet() =>
            ReferenceEquals(provider.GetRequiredService<Greeting>(), greeting)
            && ReferenceEquals(ActivityScope.ScopedInstance, this)
            && ActivityScope.ServiceScope!.ServiceProvider.GetRequiredService<Greeting>() == greeting
                ? $"{greeting.Id}"
                : "not in one scope";
    }

    [Fact]
    public async Task HostedWorker_WithScopedActivities_RunsEachInAScopeOfItsOwn()
    {
        var queue = $"queue-{Guid.NewGuid()}";
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddScoped<Greeting>();
        builder.Services.AddTemporalClient(options => options.TargetHost = server.Address);
        builder.Services.AddHostedTemporalWorker(queue).AddScopedActivities<GreetingActivities>().AddWorkflow<ActivityCallingWorkflow>();
        using var host = builder.Build();
        await host.StartAsync();
        var client = host.Services.GetRequiredService<ITemporalClient>();
        var first = await GreetAsync(client, queue);
        var second = await GreetAsync(client, queue);
        Assert.NotEqual(Guid.Parse(first), Guid.Parse(second));
        await host.StopAsync(Eventually.Timeout());
    }

    [Fact]
    public void HostedWorker_AddedTwice_IsRefused()
    {
        var services = new ServiceCollection();
        services.AddHostedTemporalWorker("queue").AddWorkflow<ActivityCallingWorkflow>();
        Assert.Throws<InvalidOperationException>(() => services.AddHostedTemporalWorker("queue"));
        services.AddHostedTemporalWorker("queue", "another build");
    }

    private static Task<string> GreetAsync(ITemporalClient client, string queue) =>
        client.ExecuteWorkflowAsync(
            (ActivityCallingWorkflow workflow) => workflow.RunAsync("Greet", TimeSpan.FromMinutes(5), null, 1),
            TestServer.Start(queue)
        );
}
