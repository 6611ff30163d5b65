using Temporal.Server.Visibility;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.History;

/// <summary>Validates search attributes in commands.</summary>
internal sealed class CommandSearchAttributeValidator(TemporalNamespace ns, SearchAttributeRegistry searchAttributes)
{
    /// <summary>Validates attributes and sets their types.</summary>
    /// <param name="command">Name of a command that starts a run, for the message about a wrong value; otherwise null.</param>
    public WorkflowTaskRejectionReason? Check(
        SearchAttributes? given,
        Action<SearchAttributes> checkedOnes,
        string? command = null,
        string which = ""
    )
    {
        if (given is null)
        {
            return null;
        }

        try
        {
            if (searchAttributes.Validate(ns, given) is { } valid)
            {
                checkedOnes(valid);
            }

            return null;
        }
        catch (RpcException e) when (command is not null && e.Status.Detail.StartsWith("invalid value", StringComparison.Ordinal))
        {
            return new WorkflowTaskRejectionReason(
                WorkflowTaskFailedCause.BadSearchAttributes,
                $"invalid SearchAttributes {command}: {e.Status.Detail}. {which}"
            );
        }
        catch (RpcException e)
        {
            return new WorkflowTaskRejectionReason(
                WorkflowTaskFailedCause.BadSearchAttributes,
                e.Status.Detail,
                EndsRun: e.Status.Detail.Contains("exceeds size limit", StringComparison.Ordinal)
            );
        }
    }
}
