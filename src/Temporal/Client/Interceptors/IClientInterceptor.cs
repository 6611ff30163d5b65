namespace Temporalio.Client.Interceptors;

/// <summary>Wraps what a client does.</summary>
public interface IClientInterceptor
{
}
