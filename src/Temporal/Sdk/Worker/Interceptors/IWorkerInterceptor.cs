namespace Temporalio.Worker.Interceptors;

/// <summary>Wraps what a worker does.</summary>
public interface IWorkerInterceptor
{
    /// <summary>Wraps the calls into one workflow run; returns the next unchanged to see nothing.</summary>
    WorkflowInboundInterceptor InterceptWorkflow(WorkflowInboundInterceptor nextInterceptor) => nextInterceptor;

    /// <summary>Wraps one activity attempt; returns the next unchanged to see nothing.</summary>
    ActivityInboundInterceptor InterceptActivity(ActivityInboundInterceptor nextInterceptor) => nextInterceptor;
}
