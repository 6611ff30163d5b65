using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Orchestrator.TestKit.Rpc;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Faults;

/// <summary>
/// What a client makes of a server or a network that fails: exceptions that say what it was, or another attempt where the documentation
/// promises one.
/// </summary>
public sealed class ClientFaultTests(TestServer server) : IClassFixture<TestServer>
{
    // By HTTP and gRPC: what the server did not finish may be tried again, what is no gRPC server never.
    private static readonly Dictionary<RpcFault, RpcException.StatusCode> Expected = new()
    {
        [RpcFault.Reset] = RpcException.StatusCode.Unavailable,
        [RpcFault.ResetInMessage] = RpcException.StatusCode.Unavailable,
        [RpcFault.Truncated] = RpcException.StatusCode.Internal,
        [RpcFault.Oversized] = RpcException.StatusCode.ResourceExhausted,
        [RpcFault.BadFlag] = RpcException.StatusCode.Internal,
        [RpcFault.Garbage] = RpcException.StatusCode.Internal,
        [RpcFault.NotCompressed] = RpcException.StatusCode.Internal,
        [RpcFault.NoStatus] = RpcException.StatusCode.Unknown,
        [RpcFault.NoMessage] = RpcException.StatusCode.Internal,
        [RpcFault.Html] = RpcException.StatusCode.Unknown,
        [RpcFault.BadGateway] = RpcException.StatusCode.Unavailable,
        [RpcFault.Forbidden] = RpcException.StatusCode.PermissionDenied,
    };

    [Fact]
    public Task EveryCall_WithAStatusAndAFault_EndsWithItsException() =>
        FailCallsAsync(index => [1 + (index % 16)], index => [Expected.Keys.ElementAt(index % Expected.Count)]);

    [Fact]
    [Trait("Category", "Full")]
    public Task EveryCall_WithEveryStatusAndFault_EndsWithItsException() =>
        FailCallsAsync(_ => Enumerable.Range(1, 16), _ => Expected.Keys);

    private async Task FailCallsAsync(Func<int, IEnumerable<int>> statuses, Func<int, IEnumerable<RpcFault>> faults)
    {
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        var calls = 0;
        foreach (var (index, method) in Methods(typeof(WorkflowService)).Index())
        {
            foreach (var status in statuses(index))
            {
                proxy.Handle = call => call.FailAsync(status, "as the test says");
                var error = await FailureAsync(client, method);
                Assert.True((int)error.Code == status && error.Message == "as the test says", $"{method.Name} with {status}: {error}");
                calls++;
            }

            foreach (var fault in faults(index))
            {
                proxy.Handle = call => call.BreakAsync(fault);
                var error = await FailureAsync(client, method);
                Assert.True(error.Code == Expected[fault] && error.Message.Length > 0, $"{method.Name} with {fault}: {error}");
                calls++;
            }
        }

        Assert.True(calls > 200, $"only {calls} calls were made");
    }

    [Theory]
    [InlineData(RpcException.StatusCode.Unavailable, true)]
    [InlineData(RpcException.StatusCode.ResourceExhausted, true)]
    [InlineData(RpcException.StatusCode.Aborted, true)]
    [InlineData(RpcException.StatusCode.Internal, true)]
    [InlineData(RpcException.StatusCode.Unknown, true)]
    [InlineData(RpcException.StatusCode.OutOfRange, true)]
    [InlineData(RpcException.StatusCode.DataLoss, true)]
    [InlineData(RpcException.StatusCode.InvalidArgument, false)]
    [InlineData(RpcException.StatusCode.NotFound, false)]
    [InlineData(RpcException.StatusCode.PermissionDenied, false)]
    [InlineData(RpcException.StatusCode.Unauthenticated, false)]
    [InlineData(RpcException.StatusCode.DeadlineExceeded, false)]
    [InlineData(RpcException.StatusCode.Cancelled, false)]
    [InlineData(RpcException.StatusCode.Unimplemented, false)]
    public async Task Call_ThatFailsTwice_IsMadeAgainWhereThatHelps(RpcException.StatusCode status, bool again)
    {
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        proxy.Handle = call =>
            call is { Method: "ListNamespaces", Number: <= 2 } ? call.FailAsync((int)status, "as the test says") : call.PassAsync();
        var listing = client.WorkflowService.ListNamespacesAsync(new(), new() { Retry = true });
        if (again)
        {
            Assert.NotEmpty((await listing).Namespaces);
            Assert.Equal(3, proxy.Calls["ListNamespaces"]);
        }
        else
        {
            Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(() => listing)).Code);
            Assert.Equal(1, proxy.Calls["ListNamespaces"]);
        }
    }

    [Fact]
    public async Task Connection_ThatIsClosedGracefullyAllTheTime_FailsNoCall()
    {
        await using var proxy = await RpcProxy.StartAsync(server.Address);
        proxy.Handle = call =>
        {
            call.CloseConnectionGracefully();
            return call.PassAsync();
        };
        var client = await TemporalClient.ConnectAsync(new(proxy.Address));
        for (var call = 0; call < 30; call++)
        {
            Assert.NotEmpty((await client.WorkflowService.ListNamespacesAsync(new(), new() { Retry = true })).Namespaces);
        }
    }

    [Theory]
    [InlineData("localhost", -10, -1, "expired")]
    [InlineData("elsewhere.example", -1, 10, "name")]
    [InlineData("localhost", 1, 10, "not yet valid")]
    public async Task Tls_WithACertificateThatIsWrong_IsRefused(string name, int fromDay, int toDay, string what)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDay), DateTimeOffset.UtcNow.AddDays(toDay));
        using var exported = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        await using var proxy = await RpcProxy.StartAsync(server.Address, exported);
        var options = new TemporalClientConnectOptions($"localhost:{proxy.Address.Split(':')[1]}")
        {
            Tls = new() { ServerRootCACert = System.Text.Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()) },
            RpcRetry = new() { MaxRetries = 1, InitialInterval = TimeSpan.FromMilliseconds(10) },
        };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TemporalClient.ConnectAsync(options));
        Assert.Contains("localhost", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase), $"{what}: {error.Message}");
        Assert.Equal(0, proxy.Calls.Values.Sum());
    }

    private static IEnumerable<MethodInfo> Methods(Type service) =>
        service
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal) && method.GetParameters().Length == 2);

    private static async Task<RpcException> FailureAsync(TemporalClient client, MethodInfo method)
    {
        var request = (IMessage)Activator.CreateInstance(method.GetParameters()[0].ParameterType)!;
        return await Assert.ThrowsAsync<RpcException>(() =>
            (Task)method.Invoke(client.WorkflowService, [request, new RpcOptions { Retry = false, Timeout = TimeSpan.FromSeconds(60) }])!
        );
    }
}
