namespace Orchestrator.Plans.Readers.TaskGraphs;

/// <summary>Reads the contracts of a plan.</summary>
internal static class ContractNodeReader
{
    /// <summary>Keys of a contract's mapping in a plan, with alternative spellings.</summary>
    public static readonly YamlOrJsonKeySynonymTable Keys = new(
        "name",
        "version",
        "file_path path file",
        "methods",
        "consumers",
        "description"
    );

    /// <summary>Keys of a contract method that is written as a mapping rather than as a quoted signature.</summary>
    public static readonly YamlOrJsonKeySynonymTable MethodKeys = new(
        "name",
        "signature",
        "parameters params args",
        "returns return_type return",
        "description"
    );

    public static IReadOnlyList<InterfaceContractDefinition> Bind(YamlOrJsonMappingReader plan, IReadOnlyList<TaskWithPositions> tasks)
    {
        var node = plan.Node("contracts");
        if (node is not null and not SequenceNode)
        {
            plan.Faults.Error(
                "wrong-type",
                node,
                "contracts",
                $"'contracts' must be a list, not {node.Kind}.",
                "Write '- name: MyProtocol' under it."
            );
        }
        var contracts = new List<InterfaceContractDefinition>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var items = (node as SequenceNode)?.Items ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            var path = $"contracts[{i}]";
            if (items[i] is not MappingNode mapping)
            {
                plan.Faults.Error(
                    "wrong-type",
                    items[i],
                    path,
                    $"A contract must be a mapping, not {items[i].Kind}.",
                    "Write 'name:', 'file_path:' and 'methods:'."
                );
                continue;
            }
            var contract = BindOne(new YamlOrJsonMappingReader(mapping, path, Keys, plan.Faults, "a contract"), tasks);
            if (contract.Name.Length > 0 && !names.Add(contract.Name))
            {
                plan.Faults.Error(
                    "duplicate-contract",
                    mapping,
                    $"{path}.name",
                    $"A contract named '{contract.Name}' is already defined above.",
                    "Give each contract its own name."
                );
            }
            contracts.Add(contract);
        }
        return contracts;
    }

    private static InterfaceContractDefinition BindOne(YamlOrJsonMappingReader fields, IReadOnlyList<TaskWithPositions> tasks)
    {
        var name = fields.Text("name")?.Trim() ?? "";
        if (name.Length == 0)
        {
            fields.Missing("name", "The contract has no name.", "Add 'name:' with the name of the interface.");
        }
        var filePath = PlanPathNormalizer.Read(fields.Texts("file_path") ?? [], fields.Faults);
        List<YamlOrJsonNode> methodNodes = [];
        var contract = new InterfaceContractDefinition
        {
            Name = name,
            Version = fields.Text("version"),
            FilePath = filePath.Count == 0 ? null : filePath[0],
            Methods = BindMethods(fields, methodNodes),
            Consumers = BindConsumers(fields, tasks),
        };
        WarnOfNoStub(contract, fields, methodNodes);
        return contract;
    }

    // Reported early, because otherwise a run continues without the stub, and nothing enforces the contract.
    private static void WarnOfNoStub(InterfaceContractDefinition contract, YamlOrJsonMappingReader fields, List<YamlOrJsonNode> methodNodes)
    {
        foreach (var fault in InterfaceContractStub.FaultsOf(contract))
        {
            // Missing or rejected members were already reported. If no methods are given, the existing file defines the contract, whatever
            // types it uses.
            var isSaid = fault.Field switch
            {
                "name" => contract.Name.Length == 0 || contract.Methods.Count == 0,
                "file_path" => contract.Name.Length == 0 || (contract.FilePath is null && fields.Node("file_path") is not null),
                _ => false,
            };
            if (!isSaid)
            {
                (var node, var path) =
                    fault.Index < 0
                        ? (fields.Node(fault.Field) ?? fields.Mapping, fields.Join(fault.Field))
                        : (methodNodes[fault.Index], fields.Join(fault.Field).At(fault.Index));
                fields.Faults.Warning(
                    "no-stub",
                    node,
                    path,
                    $"{fault.Message} The contract therefore has no stub, and no agent is required to follow it.",
                    fault.Cure
                );
            }
        }
    }

    /// <summary>Reads the signatures of the methods.</summary>
    /// <param name="fields">Node of the contract.</param>
    /// <param name="nodes">Receives the nodes of the methods.</param>
    private static List<string> BindMethods(YamlOrJsonMappingReader fields, List<YamlOrJsonNode> nodes)
    {
        var methods = new List<string>();
        var items = fields.Node("methods") switch
        {
            null => [],
            SequenceNode list => list.Items,
            var one => [one],
        };
        for (var i = 0; i < items.Count; i++)
        {
            var path = $"{fields.Join("methods")}[{i}]";
            if (items[i] is MappingNode { Entries: [var (key, value)] } && key.Text.Contains('(', StringComparison.Ordinal))
            {
                var signature = value is ScalarNode rest ? $"{key.Text}: {rest.Text}" : key.Text;
                fields.Faults.Error(
                    "unquoted-signature",
                    items[i],
                    path,
                    $"'{key.Text}:' is read as a YAML key, not as part of a signature.",
                    $"Put the signature in quotes: \"{signature}\"."
                );
            }
            else if (items[i] is MappingNode mapping)
            {
                var method = new YamlOrJsonMappingReader(mapping, path, MethodKeys, fields.Faults, "a method");
                if (method.Text("signature") is { } signature)
                {
                    Add(signature.Trim());
                }
                else if (method.Text("name") is { } name)
                {
                    var returns = method.Text("returns") is { } type ? $" -> {type.Trim()}" : "";
                    Add($"{name.Trim()}({string.Join(", ", method.TextList("parameters") ?? [])}){returns}");
                }
                else
                {
                    method.Missing(
                        "name",
                        "The method has no name.",
                        "Write 'name:' or a signature such as 'login(username: str) -> dict'."
                    );
                }
            }
            else if (YamlOrJsonValueReader.Text(items[i], path, fields.Faults) is { } text)
            {
                Add(text.Trim());
            }

            void Add(string method)
            {
                methods.Add(method);
                nodes.Add(items[i]);
            }
        }
        return methods;
    }

    private static List<string> BindConsumers(YamlOrJsonMappingReader fields, IReadOnlyList<TaskWithPositions> tasks)
    {
        var consumers = new List<string>();
        HashSet<string>? known = null;
        foreach ((var node, var field) in fields.Texts("consumers") ?? [])
        {
            known ??= [.. tasks.Select(t => t.Task.Id)];
            var id = node.Text.Trim();
            consumers.Add(id);
            if (!known.Contains(id))
            {
                var near = NearestName.Of(id, known);
                fields.Faults.Error(
                    "unknown-task",
                    node,
                    field,
                    $"No task has the id '{id}'.",
                    near is null ? "Name a task of this plan." : $"Did you mean '{near}'?"
                );
            }
        }
        return consumers;
    }
}
