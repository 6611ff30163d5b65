using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// Members that an earlier version's file lacks get their defaults. Generated code sets an init-only member to null (or zero) if the file
/// lacks it, whatever the initializer says. Such a member must have a setter.
/// </summary>
public sealed class StoredDefaultsTests
{
    /// <summary>Types of printed documents, which we never read.</summary>
    private static readonly string[] OnlyWritten = ["DocumentJson", "EngineJson"];

    public static TheoryData<string> Contexts() => [.. Found().Select(type => type.FullName!)];

    [Theory]
    [MemberData(nameof(Contexts))]
    public void Read_MembersThatAreNotThere_HaveTheirDefaults(string context)
    {
        var generated = (JsonSerializerContext)Activator.CreateInstance(Found().Single(type => type.FullName == context), nonPublic: true)!;
        JsonSerializerOptions byReflection = new(generated.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        var faults = new List<string>();
        foreach (var type in TypesOf(generated))
        {
            var json = Minimal(byReflection.GetTypeInfo(type), byReflection, 0);
            var read = JsonSerializer.Deserialize(json, generated.GetTypeInfo(type)!)!;
            var expected = JsonSerializer.Deserialize(json, byReflection.GetTypeInfo(type))!;
            faults.AddRange(
                from property in generated.GetTypeInfo(type)!.Properties
                where property.Get is not null
                let value = JsonSerializer.Serialize(property.Get!(read), byReflection)
                let wanted = JsonSerializer.Serialize(property.Get!(expected), byReflection)
                where value != wanted
                select $"{type.Name}.{property.Name} is {value} in place of {wanted}"
            );
        }

        Assert.Empty(faults);
    }

    private static IEnumerable<Type> Found() =>
        Directory
            .EnumerateFiles(AppContext.BaseDirectory, "Orchestrator.*.dll")
            .Append(Path.Combine(AppContext.BaseDirectory, "orchestrate.dll"))
            .Where(file => !Path.GetFileName(file).Contains("Tests", StringComparison.Ordinal) && File.Exists(file))
            .Select(Assembly.LoadFrom)
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(JsonSerializerContext)) && !OnlyWritten.Contains(type.Name));

    /// <summary>The objects that a context reads, those within others too.</summary>
    private static IReadOnlyCollection<Type> TypesOf(JsonSerializerContext context)
    {
        var types = new HashSet<Type>();
        var open = new Queue<Type>(
            context
                .GetType()
                .GetCustomAttributesData()
                .Where(attribute => attribute.AttributeType == typeof(JsonSerializableAttribute))
                .Select(attribute => (Type)attribute.ConstructorArguments[0].Value!)
        );
        var seen = new HashSet<Type>();
        while (open.TryDequeue(out var type))
        {
            if (!seen.Add(type) || context.GetTypeInfo(type) is not { } info)
            {
                continue;
            }
            if (info.Kind == JsonTypeInfoKind.Object)
            {
                types.Add(type);
                info.Properties.ToList().ForEach(property => open.Enqueue(property.PropertyType));
            }
            else if (info.ElementType is { } element)
            {
                open.Enqueue(element);
            }
        }
        return types;
    }

    /// <summary>Only what has to be there.</summary>
    private static JsonNode? Minimal(JsonTypeInfo info, JsonSerializerOptions options, int depth)
    {
        if (info.Kind == JsonTypeInfoKind.Enumerable)
        {
            return new JsonArray();
        }
        if (info.Kind == JsonTypeInfoKind.Dictionary)
        {
            return new JsonObject();
        }
        if (info.Kind != JsonTypeInfoKind.Object)
        {
            var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
            return type == typeof(string) || type == typeof(byte[]) ? JsonValue.Create("")
                : type.IsValueType ? JsonSerializer.SerializeToNode(Activator.CreateInstance(type), type, options)
                : null;
        }
        var node = new JsonObject();
        foreach (var property in info.Properties)
        {
            var isNeeded = property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false };
            if (isNeeded && depth < 5)
            {
                node[property.Name] = Minimal(options.GetTypeInfo(property.PropertyType), options, depth + 1);
            }
        }
        return node;
    }
}
