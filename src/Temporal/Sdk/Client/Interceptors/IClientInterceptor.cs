namespace Temporalio.Client.Interceptors;

/// <summary>Wraps what a client does. One that is a worker interceptor too is used by workers on the client.</summary>
public interface IClientInterceptor
{
    /// <summary>Wraps the next in the chain; returns it unchanged to see nothing.</summary>
    ClientOutboundInterceptor InterceptClient(ClientOutboundInterceptor nextInterceptor) => nextInterceptor;
}
